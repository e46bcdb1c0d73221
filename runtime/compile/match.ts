import type { ComparedCell, Cost } from "#runtime/contract/plan.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { ComparisonSpec } from "#runtime/contract/spec.ts";
import { matchedSteps } from "./budgets.ts";
import { type Cell, cellsOf, declaredUse } from "./cells.ts";
import { differences } from "./differences.ts";
import { measureContent } from "./fingerprint.ts";
import { addPretraining, budgetSteps, type Setting, settle, withinMeasure, withModel } from "./plan-pretraining.ts";
import { type Planner, unplannable } from "./planner.ts";
import { percent, warning } from "./rules/rule.ts";
import { resized } from "./sizes.ts";

/** A cell with what was solved for it: its steps, and with `match: params` its sizes. */
export interface Contestant {
  cell: Cell;
  setting: Setting;
  steps: number;
  cost: Cost;
  searched?: ComparedCell["searched"];
}

/** Every cell of a comparison, matched to the pre-training that it extends; null where one cannot be planned. */
export function contestantsOf(planner: Planner, name: string, comparison: ComparisonSpec): Contestant[] | null {
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
    const settled = settle(planner, cell);
    // A varied budget is each cell's own amount of what is matched.
    const referenceSteps = budgetSteps(planner, reference, cell.pretrain.budget);
    if (!settled || referenceSteps === null) return null;
    const setting = comparison.match === "params" ? sized(planner, name, reference, settled) : settled;
    const steps = setting && stepsFor(planner, comparison, reference, referenceSteps, setting);
    if (!setting || steps === null) return null;
    const wanted = amounts(reference.costOver(referenceSteps), referenceSteps);
    const contestant = { cell, setting, steps, cost: setting.costOver(steps) };
    planner.problems.push(...roughly(name, comparison, cell.label, wanted, amounts(contestant.cost, steps)));
    contestants.push(contestant);
  }
  const chosen = comparison.search ? searched(planner, name, comparison, contestants) : contestants;
  if (chosen) planner.problems.push(...differences(name, comparison, chosen, planner.spec));
  return chosen;
}

/** Each with its learning rate. The search begins when steps and vocabularies are certain: before, it would try another run. */
function searched(planner: Planner, name: string, comparison: ComparisonSpec, contestants: readonly Contestant[]): Contestant[] | null {
  const certain = planner.estimated.size === 0;
  const chosen = contestants.map((contestant) => search(planner, name, comparison, contestant, certain));
  return chosen.every((each) => each !== null) ? chosen : null;
}

/** Where a pre-training's weights are fine-tuned before its end, each step once, ascending. */
export function checkpointsOf({ checkpoints = [] }: ComparisonSpec, steps: number): { share: number; step: number }[] {
  const shares = new Map(checkpoints.map((share) => [Math.max(1, Math.round(share * steps)), share]));
  return [...shares]
    .map(([step, share]) => ({ share, step }))
    .filter(({ step }) => step < steps)
    .sort((a, b) => a.step - b.step);
}

export function amounts(cost: Cost, steps: number): ComparedCell["matched"] {
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

/** Until both are measured, time is taken to go with FLOPs. */
function stepsInTime(planner: Planner, reference: Setting, referenceSteps: number, setting: Setting): number {
  const [wanted, own] = [secondsPerStep(planner, reference), secondsPerStep(planner, setting)];
  if (wanted === null || own === null) return matchedSteps("flops", reference, referenceSteps, setting);
  return Math.max(1, Math.round((wanted * referenceSteps) / own));
}

/** Null where it is not measured yet. With a vocabulary that is not certain another model would be measured. */
function secondsPerStep(planner: Planner, { use, encoded, tokenizer, model, objective }: Setting): number | null {
  const { batch, accumulate, optimizer, precision } = use.pretrain;
  const settings = { model, objective, batch, accumulate, optimizer, precision };
  const job = planner.graph.add("measure", measureContent(settings, encoded.fingerprint), {
    name: `time of a step of ${use.label}`,
    after: [encoded.id, tokenizer.id],
    ...settings,
    encoded: encoded.id,
    tokenizer: tokenizer.id,
  });
  const seconds = planner.measured(job)?.secondsPerStep ?? null;
  if (seconds === null && !planner.estimated.has(encoded.id)) planner.estimated.add(job.id);
  return seconds;
}

/** The setting with a model of the reference's number of weights outside the embeddings. */
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
      `${setting.use.label} starts from a checkpoint, whose sizes are what they are. Use match: flops or tokens.`,
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

/** A share of difference that rounding to whole steps may leave in what is matched. */
const tolerance = 0.01;

/** Few long steps cannot come near. */
function roughly(
  name: string,
  { match }: ComparisonSpec,
  label: string,
  wanted: ComparedCell["matched"],
  got: ComparedCell["matched"],
): Problem[] {
  if (match === "time") return [];
  const of = (each: ComparedCell["matched"]) => (match === "params" ? each.parameters - each.embeddings : each[match]);
  const off = Math.abs(of(got) / of(wanted) - 1);
  if (off <= tolerance) return [];
  const why =
    match === "params"
      ? "with whole layers and widths. Use a larger model"
      : `as it has ${got.steps} whole steps. Use a larger budget or a smaller batch`;
  return [
    warning(
      "matched-roughly",
      ["comparisons", name, "match"],
      `${label} comes no nearer to the same ${match} than ${percent(Number(off.toPrecision(2)))}, ${why}.`,
    ),
  ];
}

/** The contestant with the learning rate that is best on validation; until all are tried, with that of the pre-training. */
function search(planner: Planner, name: string, comparison: ComparisonSpec, contestant: Contestant, certain: boolean): Contestant | null {
  const { cell, setting, steps, cost } = contestant;
  const [seed] = comparison.seeds;
  if (seed === undefined) return contestant;
  const tried = comparison.search!.learningRates.map((learningRate) => {
    const use = { ...setting.use, pretrain: { ...setting.use.pretrain, optimizer: { ...setting.use.pretrain.optimizer, learningRate } } };
    const label = `${name}: ${cell.label}, learning rate ${learningRate}, seed ${seed}`;
    // the best of them is the cell's own
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
      `${cell.label} has no loss on validation text to choose a learning rate by. Give the corpus a validation share, or leave search out.`,
    );
  }
  const open = tried.filter(({ result }) => !result);
  if (certain) for (const { job } of open) planner.estimated.add(job.id);
  const flops = cost.flopsPerStep * steps * (tried.length - 1);
  if (open.length > 0) return { ...contestant, searched: { learningRate: cell.pretrain.optimizer.learningRate, flops, runs } };
  const best = tried[losses.indexOf(Math.min(...losses.map((loss) => loss ?? Number.POSITIVE_INFINITY)))]!;
  return { ...contestant, setting: { ...setting, use: best.use }, searched: { learningRate: best.learningRate, flops, runs } };
}
