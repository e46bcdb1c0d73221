import type { ComparedCell, Cost } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { ComparisonSpec } from "#runtime/contract/spec.ts";
import { matchedSteps } from "./budgets.ts";
import { type Cell, cellsOf, declaredUse } from "./cells.ts";
import { differences } from "./differences.ts";
import { measureContent } from "./fingerprint.ts";
import { addPretraining, budgetSteps, type Setting, settle, withinMeasure, withModel } from "./plan-pretraining.ts";
import { type Planner, unplannable } from "./planner.ts";
import { resized } from "./resized-model.ts";
import { percent, warning } from "./rules/rule.ts";

/** A cell with its solved number of steps and, with `match: params`, its solved sizes. */
export interface Contestant {
  cell: Cell;
  setting: Setting;
  steps: number;
  cost: Cost;
  searched?: ComparedCell["searched"];
}

/** All cells of a comparison, matched to the pre-training that it extends; null if one cannot be planned. */
export function contestantsOf(planner: Planner, name: string, comparison: ComparisonSpec): Contestant[] | null {
  const { cells, leftOut } = cellsOf(planner.spec, name);
  for (const { label, path } of leftOut) {
    planner.problems.push(
      warning("cell-left-out", path, `${label} is left out of ${name} because it cannot be used. See the problem at its declaration.`),
    );
  }
  if (!planner.spec.pretrainings[comparison.extends]) {
    return unplannable(
      planner,
      "unresolved-reference",
      ["comparisons", name, "extends"],
      `The pre-training ${comparison.extends} cannot be used. See the problem at its declaration.`,
    );
  }
  const reference = settle(planner, declaredUse(planner.spec, comparison.extends));
  if (!reference) return null;
  const contestants: Contestant[] = [];
  for (const cell of cells) {
    const settled = settle(planner, cell);
    // a varied budget is the amount of each cell
    const referenceSteps = budgetSteps(planner, reference, cell.pretrain.budget);
    if (!settled || referenceSteps === null) return null;
    const setting = comparison.match === "params" ? sized(planner, name, reference, settled) : settled;
    const steps = setting && stepsFor(planner, comparison, reference, referenceSteps, setting);
    if (!setting || steps === null) return null;
    const target = amountsSpent(reference.costOver(referenceSteps), referenceSteps);
    const contestant = { cell, setting, steps, cost: setting.costOver(steps) };
    planner.problems.push(...roughly(name, comparison, cell.label, target, amountsSpent(contestant.cost, steps)));
    contestants.push(contestant);
  }
  const chosen = comparison.search ? searched(planner, name, comparison, contestants) : contestants;
  if (chosen) planner.problems.push(...differences(name, comparison, chosen, planner.spec));
  return chosen;
}

/** The cells with their searched learning rates. The search starts once steps and vocabularies are certain, since they change the runs. */
function searched(planner: Planner, name: string, comparison: ComparisonSpec, contestants: readonly Contestant[]): Contestant[] | null {
  const certain = planner.estimated.size === 0;
  const chosen = contestants.map((contestant) => search(planner, name, comparison, contestant, certain));
  return chosen.every((each) => each !== null) ? chosen : null;
}

/** The distinct steps after which a pre-training's intermediate weights are fine-tuned, in ascending order, with their shares. */
export function checkpointsOf({ checkpoints = [] }: ComparisonSpec, steps: number): { share: number; step: number }[] {
  const shares = new Map(checkpoints.map((share) => [Math.max(1, Math.round(share * steps)), share]));
  return [...shares]
    .map(([step, share]) => ({ share, step }))
    .filter(({ step }) => step < steps)
    .sort((a, b) => a.step - b.step);
}

export function amountsSpent(cost: Cost, steps: number): ComparedCell["matched"] {
  return {
    tokens: cost.tokensPerStep * steps,
    flops: cost.flopsPerStep * steps,
    steps,
    parameters: cost.parameters,
    embeddings: cost.embeddings,
  };
}

function stepsFor(
  planner: Planner,
  { match }: ComparisonSpec,
  reference: Setting,
  referenceSteps: number,
  setting: Setting,
): number | null {
  switch (match) {
    case "params":
      return budgetSteps(planner, setting, setting.use.pretrain.budget);
    case "time":
      return withinMeasure(planner, setting, stepsInTime(planner, reference, referenceSteps, setting));
    default:
      return withinMeasure(planner, setting, matchedSteps(match, reference, referenceSteps, setting));
  }
}

/** The number of steps that takes as much time as the reference. Until both are measured, time is assumed proportional to FLOPs. */
function stepsInTime(planner: Planner, reference: Setting, referenceSteps: number, setting: Setting): number {
  const [referenceSeconds, own] = [secondsPerStep(planner, reference), secondsPerStep(planner, setting)];
  if (referenceSeconds === null || own === null) return matchedSteps("flops", reference, referenceSteps, setting);
  return Math.max(1, Math.round((referenceSeconds * referenceSteps) / own));
}

/** The measured step time in seconds; null if it is not measured yet. It is not measured while the vocabulary is uncertain. */
function secondsPerStep(planner: Planner, { use, encoded, tokenizer, model, objective }: Setting): number | null {
  const { batch, accumulate, optimizer, precision } = use.pretrain;
  const settings = { model, objective, batch, accumulate, optimizer, precision };
  const job = planner.graph.add("measure", measureContent(settings, encoded.fingerprint), {
    name: `step time of ${use.label}`,
    after: [encoded.id, tokenizer.id],
    ...settings,
    encoded: encoded.id,
    tokenizer: tokenizer.id,
  });
  const seconds = planner.measured(job)?.secondsPerStep ?? null;
  if (seconds === null && !planner.estimated.has(encoded.id)) planner.estimated.add(job.id);
  return seconds;
}

/** The setting with a model that has as many weights outside the embeddings as the reference; null if there is none. */
function sized(planner: Planner, name: string, reference: Setting, setting: Setting): Setting | null {
  const body = (model: Setting["model"]) => {
    const { parameters, embeddings } = withModel(planner, setting, model).costOver(1);
    return parameters - embeddings;
  };
  const { parameters, embeddings } = reference.costOver(1);
  if (setting.model.weights) {
    return unplannable(
      planner,
      "not-matchable",
      ["comparisons", name, "match"],
      `${setting.use.label} starts from a checkpoint, whose sizes are fixed. Use match: flops or tokens.`,
    );
  }
  const model = resized(setting.model, parameters - embeddings, body);
  if (model) return withModel(planner, setting, model);
  return unplannable(
    planner,
    "not-matchable",
    ["comparisons", name, "match"],
    `No number of layers and feed-forward width gives ${setting.use.label} as few weights as ${reference.use.label} has. Use a larger model, or match: flops.`,
  );
}

/** The relative difference in the matched amount that rounding to whole steps may leave without a warning. */
const tolerance = 0.01;

/** A warning if the matched amount is off by more than the tolerance, as with few long steps. */
function roughly(
  name: string,
  { match }: ComparisonSpec,
  label: string,
  target: ComparedCell["matched"],
  got: ComparedCell["matched"],
): Problem[] {
  if (match === "time") return [];
  const of = (each: ComparedCell["matched"]) => (match === "params" ? each.parameters - each.embeddings : each[match]);
  const off = Math.abs(of(got) / of(target) - 1);
  if (off <= tolerance) return [];
  const why =
    match === "params"
      ? "since layers and widths are whole numbers. Use a larger model"
      : `since it has only ${got.steps} steps. Use a larger budget or a smaller batch`;
  return [
    warning(
      "matched-roughly",
      ["comparisons", name, "match"],
      `${label} differs by ${percent(Number(off.toPrecision(2)))} in ${match}, ${why}.`,
    ),
  ];
}

/** The contestant with the learning rate that is best on validation; until all were tried, with that of the pre-training. */
function search(planner: Planner, name: string, comparison: ComparisonSpec, contestant: Contestant, certain: boolean): Contestant | null {
  const { cell, setting, steps, cost } = contestant;
  const [seed] = comparison.seeds;
  if (seed === undefined) return contestant;
  const tried = comparison.search!.learningRates.map((learningRate) => {
    const use = { ...setting.use, pretrain: { ...setting.use.pretrain, optimizer: { ...setting.use.pretrain.optimizer, learningRate } } };
    const label = `${name}: ${cell.label}, learning rate ${learningRate}, seed ${seed}`;
    // the run with the best rate is the cell's own
    const keep = checkpointsOf(comparison, steps).map(({ step }) => step);
    const job = addPretraining(planner, { ...setting, use }, { steps, seed, name: label, keep });
    return { learningRate, use, job, result: planner.trained(job) };
  });
  const runs = tried.map(({ learningRate, job }) => ({ learningRate, job: job.id }));
  const losses = tried.map(({ result }) => result?.scores.find(({ metric, split }) => metric === "loss" && split === "validation")?.value);
  if (tried.some(({ result }, index) => result && losses[index] === undefined)) {
    return unplannable(
      planner,
      "nothing-to-search-by",
      ["comparisons", name, "search"],
      `${cell.label} has no validation loss to choose a learning rate by. Give the corpus a validation share, or omit search.`,
    );
  }
  const open = tried.filter(({ result }) => !result);
  if (certain) for (const { job } of open) planner.estimated.add(job.id);
  const flops = cost.flopsPerStep * steps * (tried.length - 1);
  if (open.length > 0) return { ...contestant, searched: { learningRate: cell.pretrain.optimizer.learningRate, flops, runs } };
  const best = tried[losses.indexOf(Math.min(...losses.map((loss) => loss ?? Number.POSITIVE_INFINITY)))]!;
  return { ...contestant, setting: { ...setting, use: best.use }, searched: { learningRate: best.learningRate, flops, runs } };
}
