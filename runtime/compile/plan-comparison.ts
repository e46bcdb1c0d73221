import { createHash } from "node:crypto";
import type { ComparedBaseline, ComparedCell, CompareJob, EvaluateJob, FinetuneJob } from "#runtime/contract/plan.ts";
import type { ComparisonSpec, Expectation, Ref } from "#runtime/contract/spec.ts";
import { baselinesOf, modelBaselines } from "./baselines.ts";
import { identityOf } from "./identity.ts";
import { amountsSpent, type Contestant, checkpointsOf, contestantsOf } from "./match.ts";
import { addContaminationCheck, addMajority, addOnTask, type StartingWeights, startOf, withoutWeights } from "./plan-finetuning.ts";
import { addPretraining } from "./plan-pretraining.ts";
import type { Planner } from "./planner.ts";
import { scoresOf } from "./scores-of-objectives.ts";

/**
 * Plans the jobs of a comparison seed by seed, with all cells of a seed together, so that a comparison that is stopped half-way has
 * results.
 */
export function planComparison(planner: Planner, name: string): CompareJob | null {
  const comparison = planner.spec.comparisons[name]!;
  const requested = baselinesOf(planner.spec, name);
  const contestants = contestantsOf(planner, name, comparison);
  if (!contestants) return null;
  const cells: ComparedCell[] = contestants.map(({ cell, steps, cost, searched }) => ({
    cell: cell.label,
    runs: [],
    matched: amountsSpent(cost, steps),
    ...(searched ? { searched } : {}),
  }));
  const baselines: CompareJob["baselines"] = [];
  const copies = copiesOf(planner, contestants);
  for (const seed of comparison.seeds) {
    for (const [index, contestant] of contestants.entries()) {
      const { cell, setting, steps } = contestant;
      const label = `${name}: ${cell.label}, seed ${seed}`;
      const shares = checkpointsOf(comparison, steps);
      const keep = shares.map(({ step }) => step);
      const pretrain = addPretraining(planner, setting, { steps, seed: copySeed(copies[index]!, seed), name: label, keep });
      const finetunes = addFinetunings(planner, name, { from: pretrain }, label, ({ seed }) => seed);
      if (!finetunes) return null;
      const checkpoints = [];
      for (const { share, step } of shares) {
        const early = addFinetunings(planner, name, { from: pretrain, at: step }, `${label}, after ${step} steps`, ({ seed }) => seed);
        if (!early) return null;
        checkpoints.push({ share, step, finetunes: early.map(withId) });
      }
      cells[index]!.runs.push({
        seed,
        pretrain: pretrain.id,
        finetunes: finetunes.map(withId),
        ...(checkpoints.length > 0 ? { checkpoints } : {}),
      });
      if (!requested.includes("scratch")) continue;
      const start = { from: null, model: withoutWeights(setting.model), tokenizer: setting.tokenizer };
      const scratch = addFinetunings(planner, name, start, `${name}: scratch as ${cell.label}, seed ${seed}`, (run) =>
        scratchSeed(seed, run.seed),
      );
      if (!scratch) return null;
      baselines.push(
        ...scratch.map(({ task, seed: finetuneSeed, job }) => ({
          baseline: "scratch" as const,
          cell: cell.label,
          task,
          seed,
          finetuneSeed,
          job: job.id,
        })),
      );
    }
  }
  const checkpoints = addCheckpoints(planner, name, contestants);
  if (!checkpoints) return null;
  baselines.push(...checkpoints);
  if (requested.includes("majority")) {
    for (const { task } of comparison.finetune) {
      const majority = addMajority(planner, task);
      if (!majority) return null;
      baselines.push({ baseline: "majority", cell: "majority", task, seed: 0, finetuneSeed: 0, job: majority.id });
    }
  }
  const contamination = addContaminationChecks(planner, comparison, contestants);
  return contamination && addComparison(planner, name, cells, baselines, contamination);
}

/** Baselines of checkpoints, fine-tuned without further pre-training, as often as a cell; further pre-training must beat them. */
function addCheckpoints(planner: Planner, name: string, contestants: readonly Contestant[]): ComparedBaseline[] | null {
  const { seeds } = planner.spec.comparisons[name]!;
  const labels = contestants.map(({ cell }) => cell.label);
  const baselines: ComparedBaseline[] = [];
  for (const [index, model] of modelBaselines(planner.spec, name).entries()) {
    const start = startOf(planner, { kind: "checkpoint", model }, ["comparisons", name, "baselines", index]);
    if (!start) return null;
    const starting = contestants.filter(({ cell }) => cell.pretrain.model === model).map(({ cell }) => cell.label);
    const of = starting.length > 0 ? starting : labels;
    // a cell of the same name is that model after further pre-training
    const label = labels.includes(model) ? `checkpoint ${model}` : model;
    for (const seed of seeds) {
      const runs = addFinetunings(planner, name, start, `${name}: ${label}, seed ${seed}`, (run) =>
        seedOf(`checkpoint ${seed} ${run.seed}`),
      );
      if (!runs) return null;
      baselines.push(
        ...runs.map(
          ({ task, seed: finetuneSeed, job }): ComparedBaseline => ({
            baseline: "checkpoint",
            cell: label,
            of,
            task,
            seed,
            finetuneSeed,
            job: job.id,
          }),
        ),
      );
    }
  }
  return baselines;
}

/** For each cell, the number of earlier cells that compute the same under another name: an A/A comparison, which shows the noise. */
function copiesOf(planner: Planner, contestants: readonly Contestant[]): number[] {
  const identities = contestants.map(({ cell }) => identityOf(planner.spec, cell.pretrain, planner.files));
  return identities.map((identity, index) => identities.slice(0, index).filter((other) => other === identity).length);
}

/** The seed of a copy. With the seeds of its original, its runs would be the same. */
function copySeed(copy: number, seed: number): number {
  return copy === 0 ? seed : seedOf(`copy ${copy} ${seed}`);
}

function withId({ task, seed, job }: { task: Ref; seed: number; job: FinetuneJob | EvaluateJob }) {
  return { task, seed, job: job.id };
}

/** Adds the contamination checks of each task against each corpus that some cell reads. */
function addContaminationChecks(
  planner: Planner,
  { finetune }: ComparisonSpec,
  contestants: readonly Contestant[],
): CompareJob["contamination"] | null {
  const corpora = new Map(contestants.map(({ cell, setting }) => [setting.encoded.corpus, cell.pretrain.corpus]));
  const checks: CompareJob["contamination"] = [];
  for (const { task } of finetune) {
    for (const [id, corpus] of corpora) {
      const job = addContaminationCheck(planner, task, id, corpus);
      if (!job) return null;
      checks.push({ task, corpus, job: job.id });
    }
  }
  return checks;
}

function addFinetunings(
  planner: Planner,
  name: string,
  start: StartingWeights,
  label: string,
  jobSeed: (run: { seed: number }) => number,
): { task: Ref; seed: number; job: FinetuneJob | EvaluateJob }[] | null {
  const added: { task: Ref; seed: number; job: FinetuneJob | EvaluateJob }[] = [];
  for (const [index, settings] of planner.spec.comparisons[name]!.finetune.entries()) {
    for (const seed of settings.seeds) {
      const suffix = settings.seeds.length > 1 ? `, fine-tuning seed ${seed}` : "";
      const job = addOnTask(planner, start, {
        settings,
        seed: jobSeed({ seed }),
        name: `${label}, on ${settings.task}${suffix}`,
        at: ["comparisons", name, "finetune", index],
      });
      if (!job) return null;
      added.push({ task: settings.task, seed, job });
    }
  }
  return added;
}

/**
 * The seed of a scratch run. A newly initialised model replaces a pre-training, so its seed combines the pre-training seed, which would
 * have set the initial weights, and the fine-tuning seed.
 */
function scratchSeed(seed: number, finetuneSeed: number): number {
  return seedOf(`scratch ${seed} ${finetuneSeed}`);
}

function seedOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32LE(0);
}

function addComparison(
  planner: Planner,
  name: string,
  cells: ComparedCell[],
  baselines: CompareJob["baselines"],
  contamination: CompareJob["contamination"],
): CompareJob {
  const comparison = planner.spec.comparisons[name]!;
  const { match, expect, doc, interimAnalyses } = comparison;
  const tasks = shownScores(planner, name);
  const jobs = [
    ...cells.flatMap(({ runs }) => runs.flatMap((run) => [run.pretrain, ...finetunesOf(run).map(({ job }) => job)])),
    ...cells.flatMap(({ searched }) => searched?.runs.map(({ job }) => job) ?? []),
    ...baselines.map(({ job }) => job),
    ...contamination.map(({ job }) => job),
  ];
  return planner.graph.add(
    "compare",
    { ...comparisonContent(cells, baselines, tasks, match, expect), interimAnalyses, contamination: contamination.map(({ job }) => job) },
    {
      name,
      after: [...new Set(jobs)],
      comparison: name,
      ...(doc === undefined ? {} : { question: doc }),
      match,
      cells,
      tasks,
      contamination,
      baselines,
      expect,
      ...(interimAnalyses ? { interimAnalyses } : {}),
    },
  );
}

function finetunesOf({ finetunes, checkpoints = [] }: ComparedCell["runs"][number]) {
  return [...finetunes, ...checkpoints.flatMap((each) => each.finetunes)];
}

/** The metrics to report for each task, including those that expectations name. */
function shownScores(planner: Planner, name: string): CompareJob["tasks"] {
  const { finetune, expect } = planner.spec.comparisons[name]!;
  if (finetune.length === 0) return scoresOf(planner.spec, name);
  return finetune.map(({ task }) => {
    const expected = expect.filter((each) => each.task === task).map(({ metric }) => metric);
    const { metrics, benchmark } = planner.spec.tasks[task]!;
    return { task, metrics: [...new Set([...metrics, ...expected])], ...(benchmark === undefined ? {} : { benchmark }) };
  });
}

/** The content of a comparison for its fingerprint, with cells and tasks by position, since names do not matter, and jobs by id. */
function comparisonContent(
  cells: readonly ComparedCell[],
  baselines: CompareJob["baselines"],
  tasks: CompareJob["tasks"],
  match: string,
  expect: readonly Expectation[],
) {
  const sides = cells.map(({ cell }) => cell);
  const checkpoints = [...new Set(baselines.filter(({ baseline }) => baseline === "checkpoint").map(({ cell }) => cell))];
  const side = (label: string) => {
    if (checkpoints.includes(label)) return `checkpoint ${checkpoints.indexOf(label)}`;
    return sides.includes(label) ? sides.indexOf(label) : label;
  };
  const taskAt = (task: Ref) => tasks.findIndex((each) => each.task === task);
  const placed = <T extends { task: Ref }>(each: T) => ({ ...each, task: taskAt(each.task) });
  return {
    match,
    cells: cells.map(({ runs }) =>
      runs.map(({ checkpoints, ...run }) => ({
        ...run,
        finetunes: run.finetunes.map(placed),
        ...(checkpoints ? { checkpoints: checkpoints.map((each) => ({ ...each, finetunes: each.finetunes.map(placed) })) } : {}),
      })),
    ),
    baselines: baselines.map((each) => ({
      ...each,
      cell: side(each.cell),
      ...(each.of ? { of: each.of.map(side) } : {}),
      task: taskAt(each.task),
    })),
    tasks: tasks.map(({ metrics }) => metrics),
    expect: expect.map((each) => ({ ...each, left: side(each.left), right: side(each.right), task: taskAt(each.task) })),
  };
}
