/**
 * Simulates comparisons with known truth and judges them with the production code. Measures how often it finds false differences, how often
 * intervals contain the truth, and how often it finds a difference of the announced size.
 *
 * node bench/simulate-verdicts.ts [--comparisons 2000] [--seeds 5] [--metric accuracy] [--only once|settled] [--world 0|1|2]
 *
 * A run answers each test example correctly with probability Φ(strength + seed + example + cell·example): seeds, examples, and the
 * interaction of cell and example are random effects.
 */
import { parseArgs } from "node:util";
import normal from "@stdlib/stats-base-dists-normal-cdf";
import quantile from "@stdlib/stats-base-dists-normal-quantile";
import type { Runs } from "#runtime/compare/arms.ts";
import { compareRuns } from "#runtime/compare/compare.ts";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import type { CompareJob } from "#runtime/contract/plan.ts";
import { isFound } from "#runtime/contract/verdict-rules.ts";
import { margins } from "#runtime/metrics/confusion-matrix.ts";
import { classMetrics } from "#runtime/metrics/metric-table.ts";
import { type Random, random } from "#runtime/random/random.ts";
import type { Items } from "#runtime/scoring/items.ts";
import { labelItems } from "#runtime/tasks/classification/classification-scores.ts";

type Metric = keyof typeof classMetrics;

const { values: options } = parseArgs({
  options: {
    comparisons: { type: "string", default: "2000" },
    seeds: { type: "string", default: "5" },
    metric: { type: "string", default: "accuracy" },
    only: { type: "string" },
    world: { type: "string" },
  },
});
const comparisons = Number(options.comparisons);
const seeds = Number(options.seeds);
const metric = options.metric as Metric;

const cells = ["masked", "causal", "spans"];
const tasks = ["sentiment", "questions"];
const examples = 300;
/** Accuracy of every cell if nothing differs. */
const usual = 0.7;
/** Standard deviations on the probit scale: of pre-trainings, of examples, and of the interaction of cell and example. */
const worlds = [
  { name: "seeds differ much", seed: 0.15, example: 0.8, own: 0.2 },
  { name: "seeds and examples", seed: 0.06, example: 0.8, own: 0.4 },
  { name: "seeds hardly differ", seed: 0, example: 0.8, own: 0.4 },
];
type World = (typeof worlds)[number];

const chosen = options.world === undefined ? worlds : worlds.slice(Number(options.world)).slice(0, 1);
if (options.only !== "settled") for (const world of chosen) report(world, judgeOnce);
if (options.only !== "once") for (const world of chosen) report(world, judgeUntilSettled);

function report(world: World, judge: (world: World, better: number, ...path: number[]) => ComparisonResult): void {
  let [falsely, inside, intervals, announced, found] = [0, 0, 0, 0, 0];
  for (let each = 0; each < comparisons; each++) {
    const nothing = judge(world, 0, each, 0);
    if (nothing.verdicts.some(isFound)) falsely++;
    [inside, intervals] = counted(nothing, world, 0, inside, intervals);
    const first = nothing.verdicts.find(isFirst)!;
    // the difference must stay within the range of the score
    if (first.detectable === null || strengthFor(first.detectable) > 0.99) continue;
    announced++;
    const something = judge(world, first.detectable, each, 1);
    if (something.verdicts.find(isFirst)!.verdict === "better") found++;
    [inside, intervals] = counted(something, world, first.detectable, inside, intervals);
  }
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)}%`;
  console.log(
    `${judge.name}, ${metric}, ${seeds} seeds, ${world.name}: false ${share(falsely, comparisons)}, ` +
      `intervals ${share(inside, intervals)}, found as announced ${share(found, announced)} of ${announced}`,
  );
}

function isFirst({ left, right, task }: ComparisonResult["verdicts"][number]): boolean {
  return left === "masked" && right === "causal" && task === tasks[0];
}

function counted({ verdicts }: ComparisonResult, world: World, better: number, inside: number, intervals: number): [number, number] {
  for (const { left, right, task, low, high } of verdicts) {
    if (low === null || high === null) continue;
    const truth =
      truthOf(world, task === tasks[0] && left === "masked" ? better : 0) -
      truthOf(world, task === tasks[0] && right === "masked" ? better : 0);
    intervals++;
    if (low <= truth && truth <= high) inside++;
  }
  return [inside, intervals];
}

function judgeOnce(world: World, better: number, ...path: number[]): ComparisonResult {
  const { runs } = simulated(world, better, seeds, path);
  return compareRuns(jobOf(seeds), runs);
}

/** Judges after every added seed, up to twice the initial number. */
function judgeUntilSettled(world: World, better: number, ...path: number[]): ComparisonResult {
  const max = 2 * seeds;
  const { runs } = simulated(world, better, max, path);
  for (let count = seeds; ; count++) {
    const interimAnalyses = Array.from({ length: count - seeds + 1 }, (_, index) => seeds + index);
    const result = compareRuns({ ...jobOf(count), interimAnalyses: { seeds: interimAnalyses, max } }, runs);
    if (count === max || result.verdicts.every(isFound)) return result;
  }
}

/** The expected score of a cell, over pre-trainings and over infinitely many examples. */
function truthOf(world: World, better: number): number {
  const of = (accuracy: number) => {
    const total = Math.sqrt(1 + world.seed ** 2 + world.example ** 2 + world.own ** 2);
    const within = Math.sqrt(1 + world.example ** 2 + world.own ** 2);
    const strength = quantile(accuracy, 0, 1) * total;
    const parts = 200;
    let sum = 0;
    for (let part = 0; part < parts; part++) {
      sum += scoreFrom(normal((strength + world.seed * quantile((part + 0.5) / parts, 0, 1)) / within, 0, 1));
    }
    return sum / parts;
  };
  return of(strengthFor(better));
}

/** The value of the metric on infinitely many examples of two equally frequent classes with equal recall. */
function scoreFrom(accuracy: number): number {
  if (metric === "matthews") return 2 * accuracy - 1;
  return accuracy;
}

/** The strength at which the metric is better by this much. */
function strengthFor(better: number): number {
  return usual + (metric === "matthews" ? better / 2 : better);
}

function simulated(world: World, better: number, count: number, path: readonly number[]): { runs: Runs } {
  const items = new Map<string, Items>();
  const scores = new Map<string, number>();
  for (const task of tasks) {
    const from = random("simulation", world.name, task, ...path);
    const gold = Array.from({ length: examples }, () => from.below(2));
    const difficulty = normals(from, examples, world.example);
    for (const cell of cells) {
      const accuracy = task === tasks[0] && cell === "masked" ? strengthFor(better) : usual;
      const strength = quantile(accuracy, 0, 1) * Math.sqrt(1 + world.seed ** 2 + world.example ** 2 + world.own ** 2);
      const own = normals(from, examples, world.own);
      for (let seed = 1; seed <= count; seed++) {
        const luck = strength + world.seed * from.normal();
        const answers = gold.map((label, i) => (from.normal() < luck + difficulty[i]! + own[i]! ? label : 1 - label));
        const job = `${cell}-${seed}-${task}`;
        items.set(
          job,
          remembered(
            labelItems(
              gold.map((label, i) => ({ id: `${i}`, label: `${label}`, predicted: `${answers[i]}` })),
              ["0", "1"],
            )!,
          ),
        );
        scores.set(job, classMetrics[metric](margins(gold, answers, 2)));
      }
    }
  }
  return {
    runs: {
      result: (id) =>
        scores.has(id) ? { label: "", scores: [{ metric, value: scores.get(id)!, split: "test", n: examples }] } : undefined,
      undone: () => "it was not simulated",
      job: () => undefined,
      encoded: () => undefined,
      items: (id) => items.get(id),
      contamination: () => undefined,
      onTasks: () => [],
      notes: () => [],
      hypotheses: () => [],
    },
  };
}

/** Caches each run's scores on the same draws of examples for all interim analyses. */
function remembered(items: Items): Items {
  const known = new Map<Int32Array, number>();
  return {
    ...items,
    scorer(name) {
      const score = items.scorer(name);
      return (
        score &&
        ((chosen) => {
          const found = known.get(chosen) ?? score(chosen);
          known.set(chosen, found);
          return found;
        })
      );
    },
  };
}

function normals(from: Random, n: number, deviation: number): number[] {
  return Array.from({ length: n }, () => deviation * from.normal());
}

function jobOf(count: number): CompareJob {
  const matched = { tokens: 1, flops: 1, steps: 1, parameters: 1, embeddings: 0 };
  return {
    id: "compare-0",
    kind: "compare",
    name: "simulated",
    after: [],
    fingerprint: "0",
    comparison: "simulated",
    match: "flops",
    cells: cells.map((cell) => ({
      cell,
      matched,
      runs: Array.from({ length: count }, (_, index) => ({
        seed: index + 1,
        pretrain: `${cell}-${index + 1}`,
        finetunes: tasks.map((task) => ({ task, seed: 1, job: `${cell}-${index + 1}-${task}` })),
      })),
    })),
    tasks: tasks.map((task) => ({ task, metrics: [metric] })),
    contamination: [],
    baselines: [],
    expect: [],
  };
}
