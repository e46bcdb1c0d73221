import type {
  EncodeResult,
  EvaluateResult,
  FinetuneResult,
  LeaksResult,
  MajorityResult,
  PretrainResult,
  Score,
} from "#runtime/contract/artifacts.ts";
import type { ComparedCell, CompareJob, Job } from "#runtime/contract/plan.ts";
import type { Hypothesis } from "#runtime/contract/records.ts";
import type { Items } from "#runtime/scoring/items.ts";
import type { DoneOnTask } from "./history.ts";

/** What a comparison reads of its runs. */
export interface Runs {
  /** Undefined where the job is not done. */
  result(id: string): PretrainResult | FinetuneResult | EvaluateResult | MajorityResult | undefined;
  /** Why the last of some jobs that build on each other has none, as the end of a sentence. */
  undone(jobs: readonly string[]): string;
  /** As it was planned; undefined where it never ran. */
  job(id: string): Job | undefined;
  /** How a corpus was encoded; undefined where that is not there. */
  encoded(id: string): EncodeResult | undefined;
  /** What it answered for single test examples; undefined where that is not known. */
  items(id: string): Items | undefined;
  /** What it noted for whoever reads its numbers; empty where it is not done. */
  notes(id: string): readonly string[];
  /** What a check for leaks found; undefined where it is not done. */
  leaks(id: string): LeaksResult | undefined;
  /** Every fine-tuning and evaluation of the store that is done, of whatever comparison. */
  onTasks(): DoneOnTask[];
  /** What was ever expected, oldest first. */
  hypotheses(): Hypothesis[];
}

/** Who takes part in a comparison: a cell or a baseline, with every score it has. */
export interface Entrant {
  name: string;
  kind: "cell" | "scratch" | "majority" | "checkpoint";
  /** The cells it is held against; empty for a cell. */
  of: readonly string[];
  measured: Measured[];
  /** Runs that should have a score and have none. */
  missing: Unscored[];
}

/** A run of which there is no result. */
export interface Unscored {
  seed: number;
  finetuneSeed: number;
  task: string;
  /** Its job, behind the pre-training that it starts from. */
  jobs: string[];
}

/** One run's scores on one task. */
export interface Measured {
  seed: number;
  finetuneSeed: number;
  task: string;
  job: string;
  /** By metric, as the catalogue names them; without those that the data leave undefined. */
  values: ReadonlyMap<string, number>;
  /** Why the others have none. */
  reasons: ReadonlyMap<string, string>;
}

/** Cells in their order, then scratch, checkpoints as they are, majority. */
export function entrantsOf(job: CompareJob, runs: Runs): Entrant[] {
  return [
    ...job.cells.map((cell) => cellEntrant(job, cell, runs)),
    ...scratchEntrants(job, runs),
    ...checkpointEntrants(job, runs),
    ...majorityEntrant(job, runs),
  ];
}

/** A cell as it was at a share of its pre-training's steps. */
export interface EarlyEntrant {
  cell: string;
  share: number;
  step: number;
  entrant: Entrant;
}

/** Of comparisons with checkpoints, cell by cell, ascending. */
export function earlyEntrants(job: CompareJob, runs: Runs): EarlyEntrant[] {
  return job.cells.flatMap(({ cell, runs: seeds }) =>
    (seeds[0]?.checkpoints ?? []).map(({ share, step }) => {
      const planned = seeds.flatMap(({ seed, pretrain, checkpoints = [] }) =>
        checkpoints
          .filter((each) => each.step === step)
          .flatMap(({ finetunes }) =>
            finetunes.map((each): Run => ({ seed, finetuneSeed: each.seed, task: each.task, job: each.job, from: pretrain })),
          ),
      );
      return { cell, share, step, entrant: { name: `${cell} after ${step} steps`, kind: "cell", of: [], ...measure(planned, runs) } };
    }),
  );
}

interface Run {
  seed: number;
  finetuneSeed: number;
  task: string;
  job: string;
  /** The pre-training that it starts from, where it is one of the comparison's. */
  from?: string;
}

function cellEntrant(job: CompareJob, cell: ComparedCell, runs: Runs): Entrant {
  const planned = cell.runs.flatMap((run): Run[] =>
    job.tasks.flatMap(({ task }) => {
      const finetunes = run.finetunes.filter((finetune) => finetune.task === task);
      // a task that nothing is fine-tuned on is the corpus: the pre-training's own scores
      if (finetunes.length === 0) return [{ seed: run.seed, finetuneSeed: 0, task, job: run.pretrain }];
      return finetunes.map((finetune) => ({ seed: run.seed, finetuneSeed: finetune.seed, task, job: finetune.job, from: run.pretrain }));
    }),
  );
  return { name: cell.cell, kind: "cell", of: [], ...measure(planned, runs) };
}

/** Cells that share their scratch runs (they have one architecture) share one entrant. */
function scratchEntrants(job: CompareJob, runs: Runs): Entrant[] {
  const groups = new Map<string, { cells: string[]; planned: Run[] }>();
  for (const { cell } of job.cells) {
    const planned = job.baselines.filter((entry) => entry.baseline === "scratch" && entry.cell === cell);
    if (planned.length === 0) continue;
    const key = JSON.stringify(planned.map((entry) => entry.job));
    const group: { cells: string[]; planned: Run[] } = groups.get(key) ?? { cells: [], planned };
    group.cells.push(cell);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ cells, planned }) => ({
    name: groups.size === 1 ? "scratch" : `scratch (${cells.join(", ")})`,
    kind: "scratch" as const,
    of: cells,
    ...measure(planned, runs),
  }));
}

function checkpointEntrants(job: CompareJob, runs: Runs): Entrant[] {
  const ofCheckpoints = job.baselines.filter(({ baseline }) => baseline === "checkpoint");
  return [...new Set(ofCheckpoints.map(({ cell }) => cell))].map((name) => {
    const planned = ofCheckpoints.filter(({ cell }) => cell === name);
    return { name, kind: "checkpoint" as const, of: planned[0]?.of ?? [], ...measure(planned, runs) };
  });
}

function majorityEntrant(job: CompareJob, runs: Runs): Entrant[] {
  const planned = job.baselines.filter((entry) => entry.baseline === "majority");
  if (planned.length === 0) return [];
  const once = planned.filter((entry, index) => planned.findIndex((other) => other.job === entry.job) === index);
  return [{ name: "majority", kind: "majority", of: job.cells.map(({ cell }) => cell), ...measure(once, runs) }];
}

function measure(planned: readonly Run[], runs: Runs): Pick<Entrant, "measured" | "missing"> {
  const measured: Measured[] = [];
  const missing: Entrant["missing"] = [];
  for (const { seed, finetuneSeed, task, job, from } of planned) {
    const result = runs.result(job);
    if (result) measured.push({ seed, finetuneSeed, task, job, ...judgedScores(result.scores) });
    else missing.push({ seed, finetuneSeed, task, jobs: from === undefined ? [job] : [from, job] });
  }
  return { measured, missing };
}

/** Scores of the test split, or of the validation split where a metric has no other. */
function judgedScores(scores: readonly Score[]): Pick<Measured, "values" | "reasons"> {
  const ofSplit = (split: Score["split"]) => scores.filter((score) => score.split === split).map((score) => [score.metric, score] as const);
  const judged = [...new Map([...ofSplit("validation"), ...ofSplit("test")]).values()];
  return {
    values: new Map(judged.flatMap(({ metric, value }) => (isNumber(value) ? [[metric, value]] : []))),
    reasons: new Map(
      judged.flatMap(({ metric, value, undefined: reason }) => (isNumber(value) ? [] : [[metric, reason ?? "it is no finite number"]])),
    ),
  };
}

/** What a table of metrics computes may be infinite or none, before it was written to a file. */
function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}
