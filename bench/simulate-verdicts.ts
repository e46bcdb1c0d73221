/**
 * Simulates comparisons with known truth and judges them with the production code. Measures how often it finds false differences, how often
 * the intervals of a family contain all of its truths, how often it finds a difference of the announced size, and whether any verdict
 * contradicts its interval.
 *
 * node bench/simulate-verdicts.ts [--comparisons 2000] [--seeds 4] [--tests 9] [--examples 500] [--spreads equal] [--metric accuracy]
 *                                 [--until settled] [--all] [--demo]
 *
 * Without options, each row of the table changes one setting of the usual design. `--all` crosses them all; `--demo` measures the power of
 * the demo's expectation.
 *
 * A run answers each test example correctly with probability Φ(strength + seed + example + arm·example): seeds, examples, and the
 * interaction of arm and example are random effects.
 */
import { parseArgs } from "node:util";
import normal from "@stdlib/stats-base-dists-normal-cdf";
import quantile from "@stdlib/stats-base-dists-normal-quantile";
import type { Runs } from "#runtime/compare/arms.ts";
import { compareRuns } from "#runtime/compare/compare.ts";
import type { ComparisonResult, TestFamily, Verdict } from "#runtime/contract/artifacts.ts";
import type { CompareJob, Job } from "#runtime/contract/plan.ts";
import { isFound } from "#runtime/contract/verdict-rules.ts";
import { margins } from "#runtime/metrics/confusion-matrix.ts";
import { classMetrics } from "#runtime/metrics/metric-table.ts";
import { type Random, random } from "#runtime/random/random.ts";
import type { Items } from "#runtime/scoring/items.ts";
import { labelItems } from "#runtime/tasks/classification/classification-scores.ts";

interface Design {
  seeds: number;
  /** Pairs of cells, and cells with their baseline, over all tasks: 3, 9, 30 or 60. */
  tests: number;
  examples: number;
  /** Whether seeds spread equally in all arms, or four times as much in every other arm. */
  spreads: "equal" | "1 : 4";
  metric: "accuracy" | "f1";
  /** Accuracy of each arm, the cells and then scratch, on the first task; on the others, the usual accuracy. */
  accuracies: readonly number[];
  /** Standard deviations of seeds on the probit scale, by arm in turn. */
  deviations: readonly number[];
}

const { values: options } = parseArgs({
  options: {
    comparisons: { type: "string", default: "2000" },
    seeds: { type: "string" },
    tests: { type: "string" },
    examples: { type: "string" },
    spreads: { type: "string" },
    metric: { type: "string" },
    until: { type: "string" },
    all: { type: "boolean" },
    demo: { type: "boolean" },
  },
});
const comparisons = Number(options.comparisons);

/** Accuracy of every arm if nothing differs. Two arms differ by as much above it as below, so that their spread changes little. */
const usualAccuracy = 0.6;
/** Standard deviations on the probit scale: of examples, and of the interaction of arm and example. */
const [exampleDeviation, ownDeviation] = [0.8, 0.4];
const deviations = { equal: [0.09, 0.09], "1 : 4": [0.04, 0.16] };
const shapes: Record<number, { cells: number; tasks: number }> = {
  3: { cells: 2, tasks: 1 },
  9: { cells: 2, tasks: 3 },
  30: { cells: 4, tasks: 3 },
  60: { cells: 4, tasks: 6 },
};

type Settings = Pick<Design, "seeds" | "tests" | "examples" | "spreads" | "metric">;
const choices = {
  seeds: [4, 3, 5],
  tests: [9, 3, 30, 60],
  examples: [500, 100, 2000],
  spreads: ["equal", "1 : 4"] as const,
  metric: ["accuracy", "f1"] as const,
};
const usual: Settings = { seeds: 4, tests: 9, examples: 500, spreads: "equal", metric: "accuracy" };

const truths = new Map<string, number>();
const isIt = { pair: isFirstPair, expectation: isExpected };

if (options.demo) measureDemo();
else for (const settings of chosenSettings()) report(settings);

function chosenSettings(): Settings[] {
  const keys = Object.keys(choices) as (keyof Settings)[];
  const given = keys.filter((key) => options[key] !== undefined);
  const asked = Object.fromEntries(given.map((key) => [key, choices[key].find((each) => `${each}` === options[key])]));
  if (given.length > 0) return [{ ...usual, ...asked } as Settings];
  if (!options.all)
    return [usual, ...keys.flatMap((key) => choices[key].slice(1).map((value) => ({ ...usual, [key]: value }) as Settings))];
  return keys.reduce<Settings[]>(
    (rows, key) => rows.flatMap((row) => choices[key].map((value) => ({ ...row, [key]: value }) as Settings)),
    [usual],
  );
}

interface Counts {
  judged: number;
  false: number;
  contradictions: number;
  /** By family: comparisons whose intervals contain all truths, and comparisons with such intervals. */
  held: Map<TestFamily, [number, number]>;
  /** Differences that were found, of those that were announced. */
  found: Record<"pair" | "expectation", [number, number]>;
}

/** Judges comparisons in which nothing differs, and in which the first cell is better by what was announced. */
function report(settings: Settings): void {
  const counts: Counts = { judged: 0, false: 0, contradictions: 0, held: new Map(), found: { pair: [0, 0], expectation: [0, 0] } };
  const judge = options.until === "settled" ? judgeUntilSettled : judgeOnce;
  for (let each = 0; each < comparisons; each++) {
    const nothing = judge(designOf(settings), each, 0);
    counts.judged++;
    if (nothing.verdicts.some(isFound)) counts.false++;
    count(counts, nothing, designOf(settings));
    for (const [index, kind] of (["pair", "expectation"] as const).entries()) {
      const announced = nothing.verdicts.find(isIt[kind])!.detectable;
      // the difference must stay within the range of the score
      if (announced === null || usualAccuracy + announced / 2 > 0.99) continue;
      const design = designOf(settings, { [kind]: announced });
      const something = judge(design, each, 1 + index);
      counts.found[kind][1]++;
      if (something.verdicts.find(isIt[kind])!.verdict === "better") counts.found[kind][0]++;
      count(counts, something, design);
    }
  }
  const { seeds, tests, examples, spreads, metric } = settings;
  const held = [...counts.held].map(([family, [inside, all]]) => `${family} ${percent(inside, all)}`).join(", ");
  console.log(
    `${seeds} seeds, ${tests} tests, ${examples} examples, ${spreads}, ${metric}: false ${percent(counts.false, counts.judged)}; all held: ${held}; ` +
      `found as announced: pair ${percent(...counts.found.pair)}, expectation ${percent(...counts.found.expectation)}; contradictions ${counts.contradictions}`,
  );
}

/** How often the demo's expectation is confirmed, if the accuracies and the spread of seeds are those that the demo measured. */
function measureDemo(): void {
  for (const seeds of [3, 4, 5]) {
    const design: Design = {
      ...{ seeds, tests: 3, examples: 800, spreads: "equal", metric: "accuracy" },
      // clm, mlm, and scratch; the standard deviations of their scores are 2.9, 2.3 and 2.3 points
      accuracies: [0.779, 0.78, 0.7],
      deviations: [0.095, 0.077, 0.066],
    };
    let found = 0;
    for (let each = 0; each < comparisons; each++) {
      if (judgeOnce(design, each, 3).verdicts.find(isExpected)!.verdict === "better") found++;
    }
    console.log(`the demo's expectation, ${seeds} seeds: confirmed in ${percent(found, comparisons)}`);
  }
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)}%`;
}

/** @param better by how much the first cell is better than the second (`pair`) or than scratch (`expectation`) */
function designOf(settings: Settings, { pair = 0, expectation = 0 }: { pair?: number; expectation?: number } = {}): Design {
  const { cells } = shapes[settings.tests]!;
  const [first, second] = [(pair + expectation) / 2, -pair / 2];
  return {
    ...settings,
    // with a better pair, scratch is as good as the first cell, so that the expectation finds nothing and passes nothing on
    accuracies: [...[first, second, ...Array.from({ length: cells - 2 }, () => 0)], pair > 0 ? first : -expectation / 2].map(
      (shift) => usualAccuracy + shift,
    ),
    deviations: deviations[settings.spreads],
  };
}

function isFirstPair({ left, right, task }: Verdict): boolean {
  return left === "cell 1" && right === "cell 2" && task === "task 1";
}

function isExpected({ family }: Verdict): boolean {
  return family === "expectations";
}

function count(counts: Counts, { verdicts }: ComparisonResult, design: Design): void {
  for (const family of new Set(verdicts.flatMap((verdict) => verdict.family ?? []))) {
    const tested = verdicts.filter((verdict) => verdict.family === family && verdict.low !== null);
    const [inside, all] = counts.held.get(family) ?? [0, 0];
    const holds = tested.every(({ left, right, task, low, high }) => {
      const truth = truthOf(design, left, task) - truthOf(design, right, task);
      return low! <= truth && truth <= high!;
    });
    counts.held.set(family, [inside + Number(holds), all + 1]);
    counts.contradictions += tested.filter((verdict) => isFound(verdict) !== (verdict.low! > 0 || verdict.high! < 0)).length;
  }
}

function judgeOnce(design: Design, ...path: number[]): ComparisonResult {
  return compareRuns(jobOf(design, design.seeds), simulated(design, design.seeds, path));
}

/** Judges after every added seed, up to twice the initial number. */
function judgeUntilSettled(design: Design, ...path: number[]): ComparisonResult {
  const max = 2 * design.seeds;
  const runs = simulated(design, max, path);
  for (let seeds = design.seeds; ; seeds++) {
    const analyses = Array.from({ length: seeds - design.seeds + 1 }, (_, index) => design.seeds + index);
    const result = compareRuns({ ...jobOf(design, seeds), interimAnalyses: { seeds: analyses, max } }, runs);
    if (seeds === max || result.verdicts.every(isFound)) return result;
  }
}

function armsOf({ accuracies }: Design): { name: string; index: number }[] {
  return accuracies.map((_, index) => ({ name: index === accuracies.length - 1 ? "scratch" : `cell ${index + 1}`, index }));
}

function tasksOf({ tests }: Design): string[] {
  return Array.from({ length: shapes[tests]!.tasks }, (_, index) => `task ${index + 1}`);
}

function accuracyOf({ accuracies }: Design, arm: number, task: string): number {
  return task === "task 1" ? accuracies[arm]! : usualAccuracy;
}

function deviationOf({ deviations: of }: Design, arm: number): number {
  return of[arm % of.length]!;
}

/** The expected score of an arm, over pre-trainings and over infinitely many examples of two equally frequent classes. */
function truthOf(design: Design, name: string, task: string): number {
  const arm = armsOf(design).find((each) => each.name === name)!.index;
  const key = `${accuracyOf(design, arm, task)} ${deviationOf(design, arm)}`;
  const found = truths.get(key) ?? expectedScore(accuracyOf(design, arm, task), deviationOf(design, arm));
  truths.set(key, found);
  return found;
}

/** With equal recall in both classes, the F1 score is the accuracy. */
function expectedScore(accuracy: number, deviation: number): number {
  const within = Math.sqrt(1 + exampleDeviation ** 2 + ownDeviation ** 2);
  const strength = quantile(accuracy, 0, 1) * Math.sqrt(within ** 2 + deviation ** 2);
  const parts = 200;
  let sum = 0;
  for (let part = 0; part < parts; part++) sum += normal((strength + deviation * quantile((part + 0.5) / parts, 0, 1)) / within, 0, 1);
  return sum / parts;
}

function simulated(design: Design, seeds: number, path: readonly number[]): Runs {
  const items = new Map<string, Items>();
  const scores = new Map<string, number>();
  for (const task of tasksOf(design)) {
    const from = random("simulation", design.seeds, design.tests, design.examples, design.spreads, task, ...path);
    const gold = Array.from({ length: design.examples }, () => from.below(2));
    const difficulty = normals(from, design.examples, exampleDeviation);
    for (const { name, index } of armsOf(design)) {
      const deviation = deviationOf(design, index);
      const total = Math.sqrt(1 + deviation ** 2 + exampleDeviation ** 2 + ownDeviation ** 2);
      const strength = quantile(accuracyOf(design, index, task), 0, 1) * total;
      const own = normals(from, design.examples, ownDeviation);
      for (let seed = 1; seed <= seeds; seed++) {
        const luck = strength + deviation * from.normal();
        const answers = gold.map((label, i) => (from.normal() < luck + difficulty[i]! + own[i]! ? label : 1 - label));
        const job = runOf(name, seed, task);
        const rows = gold.map((label, i) => ({ id: `${i}`, label: `${label}`, predicted: `${answers[i]}` }));
        items.set(job, remembered(labelItems(rows, ["0", "1"])!));
        scores.set(job, classMetrics[design.metric](margins(gold, answers, 2)));
      }
    }
  }
  return {
    result: (id) =>
      scores.has(id)
        ? { label: "", scores: [{ metric: design.metric, value: scores.get(id)!, split: "test", n: design.examples }] }
        : undefined,
    undone: () => "it was not simulated",
    job: (id) => pretrainingOf(id),
    encoded: () => undefined,
    items: (id) => items.get(id),
    contamination: () => undefined,
    onTasks: () => [],
    notes: () => [],
    hypotheses: () => [],
  };
}

/** Every other cell has another architecture, so that some pairs are paired and others are not. */
function pretrainingOf(id: string): Job | undefined {
  const cell = /^cell (\d+) pretrain/.exec(id)?.[1];
  if (cell === undefined) return undefined;
  return { kind: "pretrain", model: { architecture: Number(cell) % 2 === 0 ? "encoder" : "decoder" } } as Job;
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

function runOf(arm: string, seed: number, task: string): string {
  return `${arm} ${seed} ${task}`;
}

function jobOf(design: Design, seeds: number): CompareJob {
  const matched = { tokens: 1, flops: 1, steps: 1, parameters: 1, embeddings: 0 };
  const tasks = tasksOf(design);
  const cells = armsOf(design).filter(({ name }) => name !== "scratch");
  const numbers = Array.from({ length: seeds }, (_, index) => index + 1);
  return {
    id: "compare-0",
    kind: "compare",
    name: "simulated",
    after: [],
    fingerprint: "0",
    comparison: "simulated",
    match: "flops",
    cells: cells.map(({ name }) => ({
      cell: name,
      matched,
      runs: numbers.map((seed) => ({
        seed,
        pretrain: `${name} pretrain ${seed}`,
        finetunes: tasks.map((task) => ({ task, seed: 1, job: runOf(name, seed, task) })),
      })),
    })),
    tasks: tasks.map((task) => ({ task, metrics: [design.metric] })),
    contamination: [],
    baselines: cells.flatMap(({ name }) =>
      tasks.flatMap((task) =>
        numbers.map((seed) => ({
          baseline: "scratch" as const,
          cell: name,
          task,
          seed,
          finetuneSeed: 1,
          job: runOf("scratch", seed, task),
        })),
      ),
    ),
    expect: [{ left: "cell 1", operator: ">", right: "scratch", task: "task 1", metric: design.metric }],
  };
}
