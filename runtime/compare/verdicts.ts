import type { Verdict } from "#runtime/contract/artifacts.ts";
import { metricOf } from "#runtime/contract/catalogue/index.ts";
import type { CompareJob, PretrainJob, ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Entrant, Measured, Runs } from "./entrants.ts";
import { holm, meanOf, pairedTest } from "./statistics.ts";

/** Adjusted p below which a difference counts as found. */
const level = 0.05;

/** Every pair of cells and every cell with its baselines, for each score. A family of tests is a task's metric. */
export function verdictsOf(job: CompareJob, entrants: readonly Entrant[], runs: Runs): { verdicts: Verdict[]; warnings: string[] } {
  const verdicts: Verdict[] = [];
  const warnings = new Set<string>();
  for (const { task, metrics } of job.tasks) {
    for (const metric of metrics) {
      const tested = pairsOf(entrants).flatMap(([left, right]) => {
        const differences = pairedDifferences(left, right, task, metric);
        if (differences.length === 0) return [];
        const why = isOfCorpus(metric) && right.kind === "cell" ? whyUnranked(job, metric, left, right, runs) : undefined;
        if (why) {
          warnings.add(why);
          return [];
        }
        return [{ left, right, differences, test: pairedTest(differences) }];
      });
      const adjusted = holm(tested.map(({ test }) => test.p));
      tested.forEach(({ left, right, differences, test }, index) => {
        const p = adjusted[index]!;
        if (p === null && differences.length > 1) warnings.add(sameEverywhere(left, right, task, metric, differences.length));
        verdicts.push({
          left: left.name,
          right: right.name,
          task,
          metric,
          difference: test.mean,
          low: test.low,
          high: test.high,
          p,
          verdict: p === null || p >= level ? "no difference found" : test.mean > 0 ? "greater" : "less",
        });
      });
    }
  }
  return { verdicts, warnings: [...warnings] };
}

/** An entrant's value for each pre-training seed: the mean over its fine-tuning seeds. */
export function valuesBySeed(entrant: Entrant, task: string, metric: string): Map<number, number> {
  const bySeed = new Map<number, number[]>();
  for (const run of scored(entrant, task, metric)) bySeed.set(run.seed, [...(bySeed.get(run.seed) ?? []), run.value]);
  return new Map([...bySeed].map(([seed, values]) => [seed, meanOf(values)]));
}

function pairsOf(entrants: readonly Entrant[]): [Entrant, Entrant][] {
  const cells = entrants.filter((entrant) => entrant.kind === "cell");
  const baselines = entrants.filter((entrant) => entrant.kind !== "cell");
  return [
    ...cells.flatMap((left, index) => cells.slice(index + 1).map((right): [Entrant, Entrant] => [left, right])),
    ...cells.flatMap((cell) =>
      baselines.filter((baseline) => baseline.of.includes(cell.name)).map((baseline): [Entrant, Entrant] => [cell, baseline]),
    ),
  ];
}

/** left − right for each pre-training seed that both have, over the fine-tuning seeds that both have under it. */
function pairedDifferences(left: Entrant, right: Entrant, task: string, metric: string): number[] {
  const rightRuns = scored(right, task, metric);
  const bySeed = new Map<number, number[]>();
  for (const run of scored(left, task, metric)) {
    // the majority's answer is the same whatever the seeds
    const other =
      right.kind === "majority" ? rightRuns[0] : rightRuns.find((each) => each.seed === run.seed && each.finetuneSeed === run.finetuneSeed);
    if (other) bySeed.set(run.seed, [...(bySeed.get(run.seed) ?? []), run.value - other.value]);
  }
  return [...bySeed.values()].map(meanOf);
}

function scored(entrant: Entrant, task: string, metric: string): (Measured & { value: number })[] {
  return entrant.measured.flatMap((run) => {
    const value = run.task === task ? run.values.get(metric) : undefined;
    return value === undefined ? [] : [{ ...run, value }];
  });
}

function isOfCorpus(metric: string): boolean {
  return metricOf(metric)?.of.includes("corpus") ?? false;
}

/** Why two cells' language modelling scores say nothing about each other; undefined where they may be held together. */
function whyUnranked(job: CompareJob, metric: string, left: Entrant, right: Entrant, runs: Runs): string | undefined {
  const [one, other] = [pretrainingOf(job, left, runs), pretrainingOf(job, right, runs)];
  if (!one || !other) return undefined;
  if (predictionOf(metric, one.objective) !== predictionOf(metric, other.objective)) {
    return `${metric} of different objectives is not ranked: each measures another prediction. Fine-tune on a task to compare them`;
  }
  if (metric !== "bits_per_byte" && one.tokenizer !== other.tokenizer) {
    return `${metric} with different tokenizers is not ranked: each counts other tokens. Look at bits_per_byte`;
  }
  return undefined;
}

/**
 * What a score is of, as text. The loss is of an objective's own targets, so every setting counts; the other scores are defined
 * by the kind alone.
 */
function predictionOf(metric: string, objective: ResolvedObjective): string {
  return JSON.stringify(objective, (key, value: unknown) => {
    if (key === "name") return undefined;
    const isOneObjective = typeof value === "object" && value !== null && "kind" in value && !("parts" in value);
    return metric !== "loss" && isOneObjective ? value.kind : value;
  });
}

function pretrainingOf(job: CompareJob, entrant: Entrant, runs: Runs): PretrainJob | undefined {
  const id = job.cells.find(({ cell }) => cell === entrant.name)?.runs[0]?.pretrain;
  const found = id === undefined ? undefined : runs.job(id);
  return found?.kind === "pretrain" ? found : undefined;
}

function sameEverywhere(left: Entrant, right: Entrant, task: string, metric: string, n: number): string {
  return `${left.name} and ${right.name} differ by the same ${task}.${metric} in all ${n} seeds: without spread there is nothing to test the difference against`;
}
