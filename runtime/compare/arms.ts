import type {
  ContaminationResult,
  EncodeResult,
  EvaluateResult,
  FinetuneResult,
  MajorityResult,
  PretrainResult,
  Score,
} from "#runtime/contract/artifacts.ts";
import type { ComparedCell, CompareJob, Job } from "#runtime/contract/plan.ts";
import type { Hypothesis } from "#runtime/contract/records.ts";
import type { Items } from "#runtime/scoring/items.ts";
import type { DoneOnTask } from "./history.ts";

/** A comparison's access to its runs. */
export interface Runs {
  /** The result of a job; undefined if it is not done. */
  result(id: string): PretrainResult | FinetuneResult | EvaluateResult | MajorityResult | undefined;
  /** Why the last job of a chain has no result, as the end of a sentence. */
  undone(jobs: readonly string[]): string;
  /** A job as it was planned; undefined if it never ran. */
  job(id: string): Job | undefined;
  /** The result of encoding a corpus; undefined if there is none. */
  encoded(id: string): EncodeResult | undefined;
  /** Scores of single test examples; undefined if they are unknown. */
  items(id: string): Items | undefined;
  /** Notes of a job for readers of its results; empty if it is not done. */
  notes(id: string): readonly string[];
  /** The result of a contamination check; undefined if it is not done. */
  contamination(id: string): ContaminationResult | undefined;
  /** All finished fine-tunings and evaluations of the store, including those of other comparisons. */
  onTasks(): DoneOnTask[];
  /** All recorded hypotheses, oldest first. */
  hypotheses(): Hypothesis[];
}

/** A system that takes part in a comparison, which is a cell or a baseline, with all of its scores. */
export interface Arm {
  name: string;
  kind: "cell" | "scratch" | "majority" | "checkpoint";
  /** The cells that a baseline is compared with; empty for a cell. */
  of: readonly string[];
  measured: RunScores[];
  /** Runs whose score is missing. */
  missing: Unscored[];
}

/** A run without a result. */
export interface Unscored {
  seed: number;
  finetuneSeed: number;
  task: string;
  /** Ids of the pre-training that it starts from, if any, and of its job. */
  jobs: string[];
}

/** The scores of one run on one task. */
export interface RunScores {
  seed: number;
  finetuneSeed: number;
  task: string;
  job: string;
  /** Scores by the metric's name in the catalogue, without undefined ones. */
  values: ReadonlyMap<string, number>;
  /** Reasons why metrics are undefined, by name. */
  reasons: ReadonlyMap<string, string>;
}

/** The cells in their order, followed by the baselines: scratch, checkpoints without further pre-training, majority. */
export function armsOf(job: CompareJob, runs: Runs): Arm[] {
  return [
    ...job.cells.map((cell) => cellArm(job, cell, runs)),
    ...scratchArms(job, runs),
    ...checkpointArms(job, runs),
    ...majorityArm(job, runs),
  ];
}

/** A cell after a share of its pre-training's steps. */
export interface EarlyArm {
  cell: string;
  share: number;
  step: number;
  arm: Arm;
}

/** The intermediate weights of a comparison with checkpoints: for each cell, in ascending order of the share. */
export function earlyArms(job: CompareJob, runs: Runs): EarlyArm[] {
  return job.cells.flatMap(({ cell, runs: seeds }) =>
    (seeds[0]?.checkpoints ?? []).map(({ share, step }) => {
      const planned = seeds.flatMap(({ seed, pretrain, checkpoints = [] }) =>
        checkpoints
          .filter((each) => each.step === step)
          .flatMap(({ finetunes }) =>
            finetunes.map((each): Run => ({ seed, finetuneSeed: each.seed, task: each.task, job: each.job, from: pretrain })),
          ),
      );
      return { cell, share, step, arm: { name: `${cell} after ${step} steps`, kind: "cell", of: [], ...measure(planned, runs) } };
    }),
  );
}

interface Run {
  seed: number;
  finetuneSeed: number;
  task: string;
  job: string;
  /** The pre-training that it starts from, if it belongs to the comparison. */
  from?: string;
}

function cellArm(job: CompareJob, cell: ComparedCell, runs: Runs): Arm {
  const planned = cell.runs.flatMap((run): Run[] =>
    job.tasks.flatMap(({ task }) => {
      const finetunes = run.finetunes.filter((finetune) => finetune.task === task);
      // a task without fine-tunings is the corpus, for which the pre-training has the scores
      if (finetunes.length === 0) return [{ seed: run.seed, finetuneSeed: 0, task, job: run.pretrain }];
      return finetunes.map((finetune) => ({ seed: run.seed, finetuneSeed: finetune.seed, task, job: finetune.job, from: run.pretrain }));
    }),
  );
  return { name: cell.cell, kind: "cell", of: [], ...measure(planned, runs) };
}

/** The scratch baselines. Cells with the same architecture share their scratch runs, and thus one arm. */
function scratchArms(job: CompareJob, runs: Runs): Arm[] {
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

function checkpointArms(job: CompareJob, runs: Runs): Arm[] {
  const ofCheckpoints = job.baselines.filter(({ baseline }) => baseline === "checkpoint");
  return [...new Set(ofCheckpoints.map(({ cell }) => cell))].map((name) => {
    const planned = ofCheckpoints.filter(({ cell }) => cell === name);
    return { name, kind: "checkpoint" as const, of: planned[0]?.of ?? [], ...measure(planned, runs) };
  });
}

function majorityArm(job: CompareJob, runs: Runs): Arm[] {
  const planned = job.baselines.filter((entry) => entry.baseline === "majority");
  if (planned.length === 0) return [];
  const once = planned.filter((entry, index) => planned.findIndex((other) => other.job === entry.job) === index);
  return [{ name: "majority", kind: "majority", of: job.cells.map(({ cell }) => cell), ...measure(once, runs) }];
}

function measure(planned: readonly Run[], runs: Runs): Pick<Arm, "measured" | "missing"> {
  const measured: RunScores[] = [];
  const missing: Arm["missing"] = [];
  for (const { seed, finetuneSeed, task, job, from } of planned) {
    const result = runs.result(job);
    if (result) measured.push({ seed, finetuneSeed, task, job, ...judgedScores(result.scores) });
    else missing.push({ seed, finetuneSeed, task, jobs: from === undefined ? [job] : [from, job] });
  }
  return { measured, missing };
}

/** Scores on the test split; for metrics that have none there, on the validation split. */
function judgedScores(scores: readonly Score[]): Pick<RunScores, "values" | "reasons"> {
  const ofSplit = (split: Score["split"]) => scores.filter((score) => score.split === split).map((score) => [score.metric, score] as const);
  const judged = [...new Map([...ofSplit("validation"), ...ofSplit("test")]).values()];
  return {
    values: new Map(judged.flatMap(({ metric, value }) => (isNumber(value) ? [[metric, value]] : []))),
    reasons: new Map(
      judged.flatMap(({ metric, value, undefined: reason }) => (isNumber(value) ? [] : [[metric, reason ?? "it is not a finite number"]])),
    ),
  };
}

/** Whether a score is a finite number. Before it is written to a file, it may be infinite or NaN. */
function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}
