import { corpusTokensPerStep, documentTokensOf } from "#runtime/compile/budgets.ts";
import { expectedTokens } from "#runtime/compile/expected-vocabulary.ts";
import { jobsOf } from "#runtime/contract/jobs-of.ts";
import type { Job, JobOf, Plan } from "#runtime/contract/plan.ts";
import { type Estimates, isTraining } from "#runtime/machine/estimate.ts";
import { type TrainingJob, trainingFlops } from "#runtime/machine/work.ts";
import type { OutlinePlan } from "../protocol.ts";
import type { CompiledDeclaration } from "./experiment.ts";
import type { StoredResults } from "./stored-results.ts";

/** The summary of a declaration's plan that its lens shows. */
export function planSummary(
  { plan, estimated, pending }: CompiledDeclaration & { plan: Plan },
  kinds: readonly Job["kind"][],
  results: StoredResults,
  times: { estimates: Estimates; engine: string },
): Omit<OutlinePlan, "stale"> {
  const pretrainings = jobsOf(plan, "pretrain");
  const finetunings = jobsOf(plan, "finetune");
  const goal = plan.jobs.findLast((job) => kinds.includes(job.kind));
  const cost = goal?.kind === "pretrain" || goal?.kind === "finetune" ? goal.cost : undefined;
  const total = (of: (job: JobOf<"pretrain">) => number) => pretrainings.reduce((sum, job) => sum + of(job), 0);
  const trainings = plan.jobs.filter(isTraining);
  const left = trainings.filter(({ kind: each, id }) => results.read(each, id) === null);
  const epochs = goal?.kind === "pretrain" ? epochsOf(plan, goal, results) : undefined;
  return {
    estimated,
    pending,
    jobs: pending ? [] : plan.jobs.map(({ id, kind, name }) => ({ id, kind, name })),
    goals: pending || !goal ? [] : [goal.id],
    ...(cost ? { parameters: cost.parameters, embeddings: cost.embeddings } : {}),
    ...(pretrainings.length > 0
      ? {
          tokens: total(({ cost, steps }) => cost.tokensPerStep * steps),
          steps: total(({ steps }) => steps),
        }
      : {}),
    ...(trainings.length > 0 ? { flops: trainings.reduce((sum, job) => sum + trainingFlops(job), 0) } : {}),
    ...(pending || left.length === 0 ? {} : { left: { seconds: secondsOf(left, times.estimates), engine: times.engine } }),
    ...(epochs === undefined ? {} : { epochs }),
    pretrainings: pretrainings.length,
    finetunings: finetunings.length,
    evaluations: jobsOf(plan, "evaluate").length,
  };
}

function secondsOf(trainings: readonly TrainingJob[], estimates: Estimates): number | null {
  return estimates.needSpeed(trainings) ? null : trainings.reduce((sum, job) => sum + (estimates.of(job) ?? 0), 0);
}

/** Passes over the corpus' training split; undefined if the corpus has not been read. */
export function epochsOf(plan: Plan, job: JobOf<"pretrain">, results: StoredResults): number | undefined {
  const encode = jobOf(plan, "encode", job.encoded);
  const corpus = encode && jobOf(plan, "corpus", encode.corpus);
  const tokenizer = encode && jobOf(plan, "tokenizer", encode.tokenizer);
  if (!corpus || !tokenizer) return undefined;
  const bytes = new Map(corpus.files.map((file) => [file.path, file.bytes]));
  // the files as planned, without looking at the disk again
  const planned = {
    glob: () => [...bytes.keys()],
    size: (path: string) => bytes.get(path) ?? null,
    read: () => null,
    start: () => null,
    sameBytes: () => false,
    hubModel: () => null,
    hubData: () => null,
    fingerprint: () => null,
  };
  const declared = "tokenizer" in tokenizer ? tokenizer.tokenizer : null;
  const train = results.read("encode", encode.id)?.splits.train;
  const tokens = train?.tokens ?? expectedTokens(corpus.corpus, declared, planned);
  const read = corpusTokensPerStep({ ...job, ...documentTokensOf(train) }, job.steps) * job.steps;
  return read > 0 && tokens > 0 ? read / tokens : undefined;
}

function jobOf<K extends Job["kind"]>(plan: Plan, kind: K, id: string): JobOf<K> | undefined {
  return jobsOf(plan, kind).find((job) => job.id === id);
}
