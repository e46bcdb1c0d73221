import { expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import { comparisonTable } from "#runtime/compare/comparison-table.ts";
import type { Verdict } from "#runtime/contract/artifacts.ts";
import { describeDifference } from "#runtime/contract/describe-results.ts";
import { formatCount, formatEstimate, formatFlops, formatScore, formatSeconds } from "#runtime/contract/numbers.ts";
import { example } from "./example.ts";

const verdict: Verdict = {
  left: "mlm",
  right: "clm",
  task: "sentiment",
  metric: "accuracy",
  family: "cells",
  test: "paired",
  n: 5,
  difference: 0.0192,
  low: 0.0081,
  high: 0.0303,
  low_95: 0.0081,
  high_95: 0.0303,
  p: 0.004,
  verdict: "better",
  detectable: null,
  more_seeds: null,
};

test("a verdict in words names the better side first", () => {
  expect(describeDifference(verdict)).toBe(
    "mlm is better than clm on sentiment.accuracy by 1.92 (simultaneous interval 0.81 to 3.03, p = 0.004)",
  );
  const less: Verdict = { ...verdict, difference: -0.0192, low: -0.0303, high: -0.0081, verdict: "worse" };
  expect(describeDifference(less)).toBe(
    "clm is better than mlm on sentiment.accuracy by 1.92 (simultaneous interval 0.81 to 3.03, p = 0.004)",
  );
});

test("no difference is stated as such, with the observed one", () => {
  const none: Verdict = {
    ...verdict,
    difference: 0.004,
    low: -0.02,
    high: 0.028,
    low_95: -0.02,
    high_95: 0.028,
    p: 0.62,
    verdict: "no difference found",
  };
  expect(describeDifference(none)).toBe(
    "no difference found between mlm and clm on sentiment.accuracy: 0.4 (simultaneous interval −2.0 to 2.8, p = 0.62)",
  );
  const why = "one seed shows no spread; a verdict needs three seeds";
  const oneSeed: Verdict = { ...none, low: null, high: null, low_95: null, high_95: null, p: null, verdict: "no verdict", why };
  expect(describeDifference(oneSeed)).toBe(`no verdict between mlm and clm on sentiment.accuracy: 0.4; ${why}`);
});

test("of a metric that should be low, the lower side is the better one, and the words say so", () => {
  const perplexity: Verdict = {
    ...verdict,
    task: "speeches",
    metric: "perplexity",
    difference: 2.5,
    low: 1.5,
    high: 3.5,
    low_95: 1.5,
    high_95: 3.5,
    verdict: "worse",
  };
  const words = "clm is better than mlm on speeches.perplexity (lower is better) by 2.50 (simultaneous interval 1.50 to 3.50, p = 0.004)";
  expect(describeDifference(perplexity)).toBe(words);
  const turned: Verdict = {
    ...perplexity,
    left: "clm",
    right: "mlm",
    difference: -2.5,
    low: -3.5,
    high: -1.5,
    low_95: -3.5,
    high_95: -1.5,
    verdict: "better",
  };
  expect(describeDifference(turned)).toBe(words);
  const none: Verdict = {
    ...perplexity,
    difference: 0.5,
    low: -1,
    high: 2,
    low_95: -1,
    high_95: 2,
    p: 0.4,
    verdict: "no difference found",
  };
  expect(describeDifference(none)).toBe(
    "no difference found between mlm and clm on speeches.perplexity (lower is better): 0.50 (simultaneous interval −1.00 to 2.00, p = 0.40)",
  );
});

test("a difference that is not tested has its plain interval, and no verdict", () => {
  const { family: _, ...rest } = verdict;
  const shown: Verdict = { ...rest, low: null, high: null, p: null, verdict: "not tested" };
  expect(describeDifference(shown)).toBe("mlm − clm on sentiment.accuracy: 1.92 (95% interval 0.81 to 3.03); not tested");
});

test("a test of equivalence says within what", () => {
  const equal: Verdict = { ...verdict, margin: 0.04, p: 0.01, verdict: "equal" };
  expect(describeDifference(equal)).toBe(
    "mlm equals clm within 4 on sentiment.accuracy: 1.92 (simultaneous interval 0.81 to 3.03, p = 0.01)",
  );
  expect(describeDifference({ ...equal, margin: 0.02, p: 0.4, verdict: "undecided" })).toBe(
    "undecided whether mlm equals clm within 2 on sentiment.accuracy: 1.92 (simultaneous interval 0.81 to 3.03, p = 0.40)",
  );
});

test("numbers have the digits that their uncertainty allows", () => {
  expect(formatEstimate("accuracy", 0.71234, 0.0061, 3)).toBe("71.23 ± 0.61");
  expect(formatEstimate("accuracy", 0.71234, 0.061, 3)).toBe("71.2 ± 6.1");
  expect(formatEstimate("accuracy", 0.71234, 0.31, 2)).toBe("71 ± 31");
  expect(formatEstimate("accuracy", 0.71234, 0, 1)).toBe("71.2");
  expect(formatScore("perplexity", 123.456)).toBe("123.5");
  expect(formatScore("matthews", -0.021)).toBe("−2.1");
});

test("amounts are readable", () => {
  expect([formatCount(340), formatCount(9_999), formatCount(12_345), formatCount(2_000_000)]).toEqual(["340", "9,999", "12.3k", "2M"]);
  expect(formatFlops(1.234e13)).toBe("1.23e13");
  expect([formatSeconds(4.23), formatSeconds(41.2), formatSeconds(720), formatSeconds(12_000)]).toEqual([
    "4.2 s",
    "41 s",
    "12 min",
    "3 h 20 min",
  ]);
});

test("the whole table", () => {
  const { job, runs } = example(
    [
      { cell: "mlm", accuracy: [[0.8], [0.82], [0.81], [0.83]] },
      { cell: "clm", accuracy: [[0.7], [0.71], [null], [0.74]] },
    ],
    { majority: 0.5, expect: [{ left: "mlm", operator: ">", right: "clm", task: "sentiment", metric: "accuracy" }] },
  );
  expect(comparisonTable(compareRuns(job, runs))).toMatchInlineSnapshot(`
    "Which objective?

    mlm (81.50) is better than clm (71.7) on sentiment.

    objectives, matched in flops:

         tokens  steps    FLOPs  parameters  embeddings  time
    mlm      2M  1,000  1.20e13        3.3M        1.2M     –
    clm      2M  1,000  1.20e13        3.3M        1.2M     –

    mean ± standard error (seeds):

              sentiment.accuracy
    mlm       81.50 ± 0.65 (4) a
    clm         71.7 ± 1.2 (3) b
    majority            50.0 (1)
    No difference was found between systems that share a letter.

    sentiment.accuracy by seed:
            1     2     3     4
    mlm  80.0  82.0  81.0  83.0
    clm  70.0  71.0     –  74.0

    Verdicts:
      mlm is better than clm on sentiment.accuracy by 10.0 (simultaneous interval 7.5 to 12.5, p = 0.003)

    Expected:
      mlm > clm on sentiment.accuracy: confirmed (mlm is better than clm on sentiment.accuracy by 10.0 (simultaneous interval 7.5 to 12.5, p = 0.003))

    Warnings:
      no sentiment.accuracy of clm (seed 3): its run failed: out of memory

    Scores are averaged over the fine-tuning seeds of each pre-training seed, then over the pre-training seeds. 95% intervals are Student's t over pre-training seeds and test examples, which are resampled if a run kept its answers. Cells that share the initial weights of each seed are compared by paired tests, all others by Welch's; both sides answer the same examples. Tests form families in the order of their importance: declared expectations, pairs of cells on the main metric of each task, cells with their baselines on it. A family keeps four fifths of the level that is left and divides it equally; a test that finds a difference passes its share on to the next family (parallel gatekeeping), so that the probability of any false difference is below 5%. The simultaneous intervals of a family have the levels of its tests. Other metrics are not tested. The difference that a design would find is the one it detects with a power of 80%."
  `);
});
