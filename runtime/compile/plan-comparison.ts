import { createHash } from "node:crypto";
import type { ComparedCell, CompareJob, Cost, FinetuneJob } from "#runtime/contract/plan.ts";
import type { ComparisonSpec, Expectation, Ref } from "#runtime/contract/spec.ts";
import { matchedSteps } from "./budgets.ts";
import { type Cell, cellsOf, declaredUse } from "./cells.ts";
import { addFinetuning, addMajority, type Start } from "./plan-finetuning.ts";
import { addPretraining, budgetSteps, type Setting, settle, withinMeasure } from "./plan-pretraining.ts";
import { type Planner, unplannable } from "./planner.ts";
import { listed, percent, warning } from "./rules/rule.ts";
import { scoresOf } from "./scores.ts";

/**
 * Jobs of one seed after the other, all cells of a seed together: a comparison that is stopped half-way has compared
 * something.
 */
export function planComparison(planner: Planner, name: string): CompareJob | null {
  const comparison = planner.spec.comparisons[name]!;
  const contestants = contestantsOf(planner, name, comparison);
  if (!contestants) return null;
  const cells: ComparedCell[] = contestants.map(({ cell, steps, cost }) => ({ cell: cell.label, runs: [], matched: amounts(cost, steps) }));
  const baselines: CompareJob["baselines"] = [];
  for (const seed of comparison.seeds) {
    for (const [index, contestant] of contestants.entries()) {
      const { cell, setting, steps } = contestant;
      const label = `${name}: ${cell.label}, seed ${seed}`;
      const pretrain = addPretraining(planner, setting, { steps, seed, name: label });
      const finetunes = addFinetunings(planner, comparison, { from: pretrain }, label, ({ seed }) => seed);
      if (!finetunes) return null;
      cells[index]!.runs.push({
        seed,
        pretrain: pretrain.id,
        finetunes: finetunes.map(({ task, seed, job }) => ({ task, seed, job: job.id })),
      });
      if (!comparison.baselines.includes("scratch")) continue;
      const start = { from: null, model: setting.model, tokenizer: setting.tokenizer };
      const scratch = addFinetunings(planner, comparison, start, `${name}: scratch as ${cell.label}, seed ${seed}`, (run) =>
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
  if (comparison.baselines.includes("majority")) {
    for (const { task } of comparison.finetune) {
      const majority = addMajority(planner, task);
      if (!majority) return null;
      baselines.push({ baseline: "majority", cell: "majority", task, seed: 0, finetuneSeed: 0, job: majority.id });
    }
  }
  return addComparison(planner, name, cells, baselines);
}

/** A cell with its steps. */
interface Contestant {
  cell: Cell;
  setting: Setting;
  steps: number;
  cost: Cost;
}

function contestantsOf(planner: Planner, name: string, comparison: ComparisonSpec): Contestant[] | null {
  const { cells, leftOut } = cellsOf(planner.spec, name);
  for (const { label, path } of leftOut) {
    planner.problems.push(
      warning("cell-left-out", path, `${label} is left out of ${name}: it cannot be used. See the problem where it is declared.`),
    );
  }
  if (!planner.spec.pretrainings[comparison.extends]) {
    return unplannable(
      planner,
      "unresolved-reference",
      ["comparisons", name, "extends"],
      `The pre-training ${comparison.extends} cannot be used. See the problem where it is declared.`,
    );
  }
  const reference = settle(planner, declaredUse(planner.spec, comparison.extends));
  if (!reference) return null;
  const contestants: Contestant[] = [];
  for (const cell of cells) {
    const setting = settle(planner, cell);
    // A varied budget is each cell's own amount of what is matched.
    const referenceSteps = budgetSteps(planner, reference, cell.pretrain.budget);
    if (!setting || referenceSteps === null) return null;
    const steps = withinMeasure(planner, setting, matchedSteps(comparison.match, reference, referenceSteps, setting));
    if (steps === null) return null;
    contestants.push({ cell, setting, steps, cost: setting.costOver(steps) });
    planner.problems.push(
      ...roughly(
        name,
        comparison,
        cell.label,
        amounts(reference.costOver(referenceSteps), referenceSteps),
        amounts(setting.costOver(steps), steps),
      ),
    );
  }
  if (comparison.match === "steps") planner.problems.push(...unequal(name, contestants));
  return contestants;
}

function amounts(cost: Cost, steps: number): ComparedCell["matched"] {
  return {
    tokens: cost.tokensPerStep * steps,
    flops: cost.flopsPerStep * steps,
    steps,
    parameters: cost.parameters,
    embeddings: cost.embeddings,
  };
}

/** A share of difference that rounding to whole steps may leave in what is matched. */
const tolerance = 0.01;

/** Few long steps cannot come near. */
function roughly(name: string, { match }: ComparisonSpec, label: string, wanted: ComparedCell["matched"], got: ComparedCell["matched"]) {
  const off = Math.abs(got[match] / wanted[match] - 1);
  if (off <= tolerance) return [];
  return [
    warning(
      "matched-roughly",
      ["comparisons", name, "match"],
      `${label} comes no nearer to the same ${match} than ${percent(Number(off.toPrecision(2)))}, as it has ${got.steps} whole steps. Use a larger budget or a smaller batch.`,
    ),
  ];
}

/** Equal steps are not equal work where steps differ in length. */
function unequal(name: string, contestants: readonly Contestant[]) {
  const tokens = contestants.map(({ cost }) => cost.tokensPerStep);
  if (Math.max(...tokens) <= Math.min(...tokens) * (1 + tolerance)) return [];
  const each = contestants.map(({ cell, cost }) => `${cell.label} ${Math.round(cost.tokensPerStep)}`);
  return [
    warning(
      "steps-differ-in-length",
      ["comparisons", name, "match"],
      `At equal steps the cells read different amounts: ${listed(each)} tokens a step. Use match: tokens or match: flops to give them the same.`,
    ),
  ];
}

function addFinetunings(
  planner: Planner,
  comparison: ComparisonSpec,
  start: Start,
  label: string,
  jobSeed: (run: { seed: number }) => number,
): { task: Ref; seed: number; job: FinetuneJob }[] | null {
  const added: { task: Ref; seed: number; job: FinetuneJob }[] = [];
  for (const settings of comparison.finetune) {
    for (const seed of settings.seeds) {
      const suffix = settings.seeds.length > 1 ? `, fine-tuning seed ${seed}` : "";
      const job = addFinetuning(planner, start, { settings, seed: jobSeed({ seed }), name: `${label}, on ${settings.task}${suffix}` });
      if (!job) return null;
      added.push({ task: settings.task, seed, job });
    }
  }
  return added;
}

/**
 * A fresh model stands for a pre-training of no steps, so both seeds are in its one: the pre-training seed, which would have
 * set the initial weights, and the fine-tuning seed.
 */
function scratchSeed(seed: number, finetuneSeed: number): number {
  return createHash("sha256").update(`scratch ${seed} ${finetuneSeed}`).digest().readUInt32LE(0);
}

function addComparison(planner: Planner, name: string, cells: ComparedCell[], baselines: CompareJob["baselines"]): CompareJob {
  const comparison = planner.spec.comparisons[name]!;
  const { match, expect, doc } = comparison;
  const tasks = shownScores(planner, name);
  const jobs = [
    ...cells.flatMap(({ runs }) => runs.flatMap((run) => [run.pretrain, ...run.finetunes.map(({ job }) => job)])),
    ...baselines.map(({ job }) => job),
  ];
  return planner.graph.add("compare", comparisonContent(cells, baselines, tasks, match, expect), {
    name,
    after: [...new Set(jobs)],
    comparison: name,
    ...(doc === undefined ? {} : { question: doc }),
    match,
    cells,
    tasks,
    baselines,
    expect,
  });
}

/** The metrics of each task, and those that something is expected of. */
function shownScores(planner: Planner, name: string): CompareJob["tasks"] {
  const { finetune, expect } = planner.spec.comparisons[name]!;
  if (finetune.length === 0) return scoresOf(planner.spec, name);
  return finetune.map(({ task }) => {
    const expected = expect.filter((each) => each.task === task).map(({ metric }) => metric);
    return { task, metrics: [...new Set([...planner.spec.tasks[task]!.metrics, ...expected])] };
  });
}

/** Cells and tasks by their place: names change nothing that is computed. Job ids stand for the jobs' fingerprints. */
function comparisonContent(
  cells: readonly ComparedCell[],
  baselines: CompareJob["baselines"],
  tasks: CompareJob["tasks"],
  match: string,
  expect: readonly Expectation[],
): unknown {
  const sides = cells.map(({ cell }) => cell);
  const side = (label: string) => (sides.includes(label) ? sides.indexOf(label) : label);
  const taskAt = (task: Ref) => tasks.findIndex((each) => each.task === task);
  return {
    match,
    cells: cells.map(({ runs }) =>
      runs.map((run) => ({ ...run, finetunes: run.finetunes.map((each) => ({ ...each, task: taskAt(each.task) })) })),
    ),
    baselines: baselines.map((each) => ({ ...each, cell: side(each.cell), task: taskAt(each.task) })),
    tasks: tasks.map(({ metrics }) => metrics),
    expect: expect.map((each) => ({ ...each, left: side(each.left), right: side(each.right), task: taskAt(each.task) })),
  };
}
