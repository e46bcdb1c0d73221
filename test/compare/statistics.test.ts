import { expect, test } from "vitest";
import { mcnemar, scoreDifference } from "#runtime/compare/two-runs.ts";
import {
  criticalValue,
  differenceOfMeans,
  estimate,
  intervalOf,
  meanOf,
  type Sample,
  tested,
  varianceOf,
} from "#runtime/scoring/statistics.ts";
import { labelItems } from "#runtime/tasks/classification/classification-scores.ts";
import reference from "../metrics/reference.json" with { type: "json" };

const { a, b, paired_t, mean_ci95_t, sem } = reference.statistics;
const pairedTest = (sample: Sample) => tested(estimate(sample));

test("mean, standard error and 95% interval as SciPy", () => {
  const { n, standardError, low, high } = estimate({ values: a });
  expect(n).toBe(5);
  expect(standardError).toBeCloseTo(sem, 12);
  expect(low).toBeCloseTo(mean_ci95_t[0]!, 9);
  expect(high).toBeCloseTo(mean_ci95_t[1]!, 9);
});

test("the paired t-test as SciPy's ttest_rel", () => {
  const { mean, standardError, p } = pairedTest({ values: a.map((value, index) => value - b[index]!) });
  expect(mean / standardError).toBeCloseTo(paired_t[0]!, 9);
  expect(p).toBeCloseTo(paired_t[1]!, 9);
});

test("three pairs by hand: t = 2√3 with two degrees of freedom, p = 1 − t/√(t² + 2)", () => {
  expect(pairedTest({ values: [1, 2, 3] }).p).toBeCloseTo(1 - Math.sqrt(12 / 14), 9);
});

test("two seeds have an interval and give no verdict, however far apart the sides are", () => {
  expect(pairedTest({ values: [1, 1.0001] })).toMatchObject({ p: null, n: 2 });
  expect(pairedTest({ values: [1, 1.0001], examples: { ofEach: 1e-6, ofMean: 1e-6 } }).p).toBeNull();
  expect(pairedTest({ values: [1, 1.0001] }).low).not.toBeNull();
});

test("the interval is never narrower than resampling the examples makes it", () => {
  // two seeds that come out alike by chance, with noise on the examples of each that the other does not share
  for (const ofMean of [0.5, 0.75, 1]) {
    for (const values of [
      [0.7, 0.7],
      [0.7, 0.7001],
      [0.6, 0.8],
      [0.7, 0.7, 0.7001],
    ]) {
      const { low, high } = estimate({ values, examples: { ofEach: 1e-4, ofMean: ofMean * 1e-4 } });
      expect(high! - low!).toBeGreaterThanOrEqual(2 * 1.959963 * Math.sqrt(ofMean * 1e-4));
    }
  }
});

test("one value has a mean and no interval", () => {
  expect(estimate({ values: [0.7] })).toMatchObject({ n: 1, mean: 0.7, standardError: 0, low: null, high: null });
  expect(pairedTest({ values: [0.1] }).p).toBeNull();
});

test("no difference at all is p = 1; the same difference everywhere cannot be tested", () => {
  expect(pairedTest({ values: [0, 0, 0] })).toMatchObject({ mean: 0, p: 1, low: 0, high: 0 });
  // 0.3 − 0.2 and 0.4 − 0.3 differ in their last bits
  expect(pairedTest({ values: [0.3 - 0.2, 0.4 - 0.3, 0.1] })).toMatchObject({ p: null, low: null, high: null });
});

test("two samples that share no draws: Welch's t-test as SciPy's ttest_ind, with Satterthwaite's degrees of freedom", () => {
  const found = tested(differenceOfMeans({ left: { values: a }, right: { values: b.slice(0, 4) } }));
  // scipy.stats.ttest_ind(a, b[:4], equal_var=False), SciPy 1.17.1
  expect(found.mean / found.standardError).toBeCloseTo(2.8613564549372534, 9);
  expect(found.freedom).toBeCloseTo(4.686000632148875, 9);
  expect(found.p).toBeCloseTo(0.038103999102760265, 9);
  expect(found).toMatchObject({ n: 4, ofExamples: 0 });
});

test("of two samples, the noise of each side's seeds on the examples is subtracted once, and the examples are paired", () => {
  const side = (values: number[]) => ({ values, examples: { ofEach: 4e-4, ofMean: 2e-4 } });
  const { ofSeeds, ofExamplesAlone } = differenceOfMeans({ left: side([0.7, 0.72, 0.74]), right: side([0.6, 0.65]), ofDifference: 5e-4 });
  expect(ofSeeds).toBeCloseTo(4e-4 / 3 + 1.25e-3 / 2, 12);
  // (ofEach − ofMean) / (n − 1) of each side: 1e-4 and 2e-4
  expect(ofExamplesAlone).toBeCloseTo(2e-4, 12);
});

test("the interval at a level ends at zero where p is that level", () => {
  const found = tested(estimate({ values: [0.1, 0.3, 0.2], examples: { ofEach: 0.004, ofMean: 0.003 } }));
  expect(intervalOf(found, found.p!)!.low).toBeCloseTo(0, 9);
});

test("seeds and examples are crossed: the two-way analysis of variance of a table by hand", () => {
  // 3 seeds × 4 examples; a table of right and wrong answers is its own score
  const table = [
    [1, 1, 0, 1],
    [1, 0, 0, 1],
    [1, 1, 1, 0],
  ];
  const [seeds, examples] = [3, 4];
  const rows = table.map((row) => meanOf(row));
  const columns = [0, 1, 2, 3].map((column) => meanOf(table.map((row) => row[column]!)));
  const residuals = table.flatMap((row, i) => row.map((value, j) => value - rows[i]! - columns[j]! + meanOf(rows)));
  const ofSeeds = varianceOf(rows) / seeds;
  const ofExamples = varianceOf(columns) / examples;
  const interaction = residuals.reduce((sum, value) => sum + value ** 2, 0) / ((seeds - 1) * (examples - 1)) / (seeds * examples);
  // what resampling the columns converges to
  const resampled = { ofEach: meanOf(table.map((row) => varianceOf(row))) / examples, ofMean: ofExamples };
  const { standardError } = estimate({ values: rows, examples: resampled });
  expect(standardError ** 2).toBeCloseTo(Math.max(ofExamples, ofSeeds + Math.max(0, ofExamples - interaction)), 12);
});

test("seeds that hardly differ leave the noise of the examples, and the interval is the normal one", () => {
  const { ofSeeds, low, high } = estimate({ values: [0.5, 0.5001, 0.4999], examples: { ofEach: 0.01, ofMean: 0.01 } });
  expect(ofSeeds).toBeLessThan(1e-8);
  expect(high! - low!).toBeCloseTo(2 * 1.959964 * 0.1, 5);
});

test("with both parts, the critical value is between the normal and Student's, and p is the level at which the interval ends at zero", () => {
  const spread = { freedom: 2, ofSeeds: 1, ofExamples: 1 };
  expect(criticalValue(0.05, spread)).toBeCloseTo((1.959964 + 4.302653) / 2, 6);
  const values = [0.1, 0.3, 0.2];
  const examples = { ofEach: 0.004, ofMean: 0.003 };
  const { mean, standardError, p, ...rest } = pairedTest({ values, examples });
  expect(criticalValue(p!, rest) * standardError).toBeCloseTo(mean, 9);
});

test("McNemar's exact test as SciPy", () => {
  // binomtest(72, 131).pvalue, SciPy 1.17.1
  expect(mcnemar(72, 59)).toBeCloseTo(0.2944061565235135, 12);
  expect(mcnemar(59, 72)).toBeCloseTo(0.2944061565235135, 12);
  expect([mcnemar(0, 0), mcnemar(3, 3)]).toEqual([1, 1]);
});

test("two runs on the same examples: their difference with its interval over examples, by hand", () => {
  const items = (right: string) =>
    labelItems(
      Array.from(right, (each, i) => ({ id: `${i}`, label: "a", predicted: each === "1" ? "a" : "b" })),
      ["a", "b"],
    )!;
  const found = scoreDifference(items("1111101111"), items("1101100011"), "accuracy")!;
  expect(found.difference).toBeCloseTo(0.3, 12);
  // differences of 0, 1 or, once, nothing else: variance 0.2333 of the mean of ten
  expect(found.high - found.low).toBeCloseTo(2 * 1.959964 * Math.sqrt((0.7 * 0.3 * (10 / 9)) / 10), 5);
  expect(found.p).toBeCloseTo(2 * 0.5 ** 3, 12);
  expect(scoreDifference(items("111"), items("1111"), "accuracy")).toBeUndefined();
});
