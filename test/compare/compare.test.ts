import { describe, expect, test } from "vitest";
import { compareRuns } from "#runtime/compare/compare.ts";
import { example, languageModelExample, type RoundTrip } from "./example.ts";

const mlm = { cell: "mlm", accuracy: [[0.8], [0.82], [0.81], [0.83]] };
const clm = { cell: "clm", accuracy: [[0.7], [0.71], [0.71], [0.74]] };

function compared(...given: Parameters<typeof example>) {
  const { job, runs } = example(...given);
  return compareRuns(job, runs);
}

test("a difference in every seed is found, and its words follow the sign", () => {
  const { verdicts } = compared([mlm, clm]);
  expect(verdicts).toHaveLength(1);
  expect(verdicts[0]).toMatchObject({ left: "mlm", right: "clm", task: "sentiment", metric: "accuracy", verdict: "better" });
  expect(verdicts[0]!.difference).toBeCloseTo(0.1, 12);
  expect(verdicts[0]!.low).toBeGreaterThan(0.08);
  expect(compared([clm, mlm]).verdicts[0]).toMatchObject({ left: "clm", right: "mlm", verdict: "worse" });
});

test("noise larger than the difference finds none", () => {
  const noisy = { cell: "noisy", accuracy: [[0.9], [0.6], [0.85], [0.7]] };
  expect(compared([noisy, clm]).verdicts[0]).toMatchObject({ verdict: "no difference found" });
});

test("fine-tuning seeds are averaged within their pre-training seed: n is the number of pre-trainings", () => {
  const { summary } = compared([
    {
      cell: "mlm",
      accuracy: [
        [0.7, 0.8],
        [0.8, 1.0],
      ],
    },
  ]);
  expect(summary).toHaveLength(1);
  expect(summary[0]).toMatchObject({ cell: "mlm", n: 2, baseline: false });
  expect(summary[0]!.mean).toBeCloseTo((0.75 + 0.9) / 2, 12);
  expect(summary[0]!.standard_error).toBeCloseTo(0.075, 12);
});

test("the test split is judged, not the validation split", () => {
  expect(compared([mlm]).cells.map(({ value }) => value)).toEqual([0.8, 0.82, 0.81, 0.83]);
});

test("one seed: no interval, no verdict, and a warning that says why", () => {
  const result = compared([
    { cell: "mlm", accuracy: [[0.9]] },
    { cell: "clm", accuracy: [[0.1]] },
  ]);
  expect(result.summary[0]).toMatchObject({ n: 1, low: null, high: null });
  expect(result.verdicts[0]).toMatchObject({ verdict: "no verdict", p: null, low: null, high: null });
  expect(result.verdicts[0]!.difference).toBeCloseTo(0.8, 12);
  expect(result.warnings.join()).toContain(
    "no pair has a verdict: one seed shows no spread; a verdict needs three seeds. Write seeds: 1..3 or more",
  );
});

test("p is corrected for the number of pairs of a score", () => {
  const alone = compared([mlm, clm]).verdicts[0]!.p!;
  const among = compared([mlm, clm, { cell: "t5", accuracy: [[0.75], [0.74], [0.76], [0.75]] }]).verdicts;
  expect(among).toHaveLength(3);
  const [first] = among.filter(({ left, right }) => left === "mlm" && right === "clm");
  expect(first!.p).toBeGreaterThan(alone);
});

test("a failed run lowers n and is named; pairs use the seeds that both have", () => {
  const result = compared([{ cell: "mlm", accuracy: [[0.8], [null], [0.81], [0.83]] }, clm]);
  expect(result.summary.find(({ cell }) => cell === "mlm")!.n).toBe(3);
  expect(result.warnings).toContain("no sentiment.accuracy of mlm (seed 2): its run failed: out of memory");
  expect(result.verdicts[0]!.difference).toBeCloseTo((0.1 + 0.1 + 0.09) / 3, 12);
});

test("many missing runs are named by the ranges of their seeds", () => {
  const result = compared([{ cell: "mlm", accuracy: [[null], [null], [null], [0.8], [null], [0.8]] }, clm]);
  expect(result.warnings).toContain("no sentiment.accuracy of mlm (seeds 1..3, 5): its run failed: out of memory");
});

test("scratch has seeds of its own; majority is one number for all, shown and not tested", () => {
  const scratch = { cell: "fresh", accuracy: [[0.69], [0.72], [0.7], [0.73]] };
  const result = compared([mlm, clm], { scratch, majority: 0.5 });
  expect(result.summary.map(({ cell, n, baseline }) => [cell, n, baseline])).toEqual([
    ["mlm", 4, false],
    ["clm", 4, false],
    ["scratch", 4, true],
    ["majority", 1, true],
  ]);
  expect(result.verdicts.map(({ left, right, verdict }) => [left, right, verdict])).toEqual([
    ["mlm", "clm", "better"],
    ["mlm", "scratch", "better"],
    ["clm", "scratch", "no difference found"],
  ]);
});

test("cells of different architectures have a scratch baseline each, and are compared with their own", () => {
  const { job, runs } = example([mlm, clm], { scratch: { cell: "fresh", accuracy: [[0.6], [0.61], [0.6], [0.63]] } });
  const encoderOnly = { ...job, baselines: job.baselines.filter(({ cell }) => cell === "mlm") };
  const decoder = job.baselines.filter(({ cell }) => cell === "clm").map((entry) => ({ ...entry, job: entry.job.replace("fresh", "clm") }));
  const result = compareRuns({ ...encoderOnly, baselines: [...encoderOnly.baselines, ...decoder] }, runs);
  expect(result.verdicts.map(({ left, right }) => `${left}/${right}`)).toEqual(["mlm/clm", "mlm/scratch (mlm)", "clm/scratch (clm)"]);
});

test("expectations are answered from the verdicts", () => {
  const expectation = (left: string, operator: ">" | "<" | "=", right: string) => ({
    left,
    operator,
    right,
    task: "sentiment",
    metric: "accuracy",
  });
  const noisy = { cell: "noisy", accuracy: [[0.9], [0.6], [0.85], [0.7]] };
  const { expectations } = compared([mlm, clm, noisy], {
    scratch: { cell: "fresh", accuracy: [[0.5], [0.53], [0.52], [0.54]] },
    expect: [
      expectation("mlm", ">", "clm"),
      expectation("clm", ">", "mlm"),
      expectation("clm", "<", "mlm"),
      expectation("noisy", ">", "clm"),
      expectation("mlm", "=", "clm"),
      expectation("noisy", "=", "clm"),
      expectation("mlm", ">", "scratch"),
      expectation("scratch", ">", "mlm"),
    ],
  });
  expect(expectations.map(({ answer }) => answer)).toEqual([
    "confirmed",
    "refuted",
    "confirmed",
    "undecided",
    "refuted",
    "undecided",
    "confirmed",
    "refuted",
  ]);
  expect(expectations[0]!.text).toBe("mlm > clm on sentiment.accuracy");
  expect(expectations[5]!.reason).toContain("that does not show equality");
});

test("a score that the data leave undefined gives no number and no verdict, and is listed with its reason", () => {
  const { job, runs } = example([mlm, clm]);
  const withBoth = { ...job, tasks: [{ task: "sentiment", metrics: ["accuracy", "roc_auc"] }] };
  const why = 'all correct labels are "yes"';
  const result = compareRuns(withBoth, {
    ...runs,
    result(id) {
      const found = runs.result(id);
      return found && { label: "", scores: [...found.scores, { metric: "roc_auc", value: null, undefined: why, split: "test", n: 9 }] };
    },
  });
  expect(new Set([...result.summary, ...result.verdicts, ...result.cells].map(({ metric }) => metric))).toEqual(new Set(["accuracy"]));
  expect(result.warnings).toContain(`no sentiment.roc_auc of mlm (seeds 1..4), clm (seeds 1..4): ${why}`);
});

test("the same difference in every seed is no verdict, which says why", () => {
  const result = compared([
    { cell: "mlm", accuracy: [[0.75], [0.5], [0.625]] },
    { cell: "clm", accuracy: [[0.5], [0.25], [0.375]] },
  ]);
  expect(result.verdicts[0]).toMatchObject({ verdict: "no verdict", p: null });
  expect(result.verdicts[0]!.why).toBe("the difference is the same in all 3 seeds; without spread, it cannot be tested");
});

test("perplexities of one objective are ranked; of different objectives they are shown and not ranked", () => {
  const causal = { kind: "causal" } as const;
  const masked = { kind: "masked", rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false } as const;
  const wide = { cell: "wide", values: [20, 20.2, 20.1], objective: causal };
  const ranked = languageModelExample("perplexity", [wide, { cell: "deep", values: [30, 30.5, 30.2], objective: causal }]);
  expect(compareRuns(ranked.job, ranked.runs).verdicts).toMatchObject([
    { left: "wide", right: "deep", task: "speeches", verdict: "better" },
  ]);
  const unranked = languageModelExample("perplexity", [wide, { cell: "mlm", values: [5, 5.5, 5.2], objective: masked }]);
  const result = compareRuns(unranked.job, unranked.runs);
  expect(result.verdicts).toEqual([]);
  expect(result.summary).toHaveLength(2);
  expect(result.warnings.join()).toContain("perplexity of different objectives is not ranked");
});

describe("with different tokenizers", () => {
  const causal = { kind: "causal" } as const;
  const small = { cell: "small", values: [20, 20.2, 20.1], objective: causal };
  const large = { cell: "large", values: [30, 30.5, 30.2], objective: causal, tokenizer: "tokenizer-2" };
  const lossy: RoundTrip = { documents: 10, same: 2, unknown: 0, lost: ["case", "spaces"] };
  const resultOf = (metric: string, cells: Parameters<typeof languageModelExample>[1]) => {
    const { job, runs } = languageModelExample(metric, cells);
    return compareRuns({ ...job, expect: [{ left: "small", operator: ">", right: "large", task: "speeches", metric }] }, runs);
  };

  test("perplexity is not ranked; bits per byte is, if both tokenizers restore the text", () => {
    const { verdicts, warnings } = resultOf("perplexity", [small, large]);
    expect(verdicts).toEqual([]);
    expect(warnings.join()).toContain("each counts different tokens. Compare bits_per_byte");
    expect(resultOf("bits_per_byte", [small, large]).verdicts).toHaveLength(1);
  });

  test.each<[string, RoundTrip | null, string]>([
    ["lower case", lossy, "the tokenizer of large does not, as it loses upper and lower case and the positions of spaces"],
    [
      "unknown tokens",
      { documents: 10, same: 10, unknown: 1200, lost: [] },
      "the tokenizer of large does not, as it has no token for parts of the text (1,200 unknown tokens)",
    ],
    ["what is not known", null, "whether the tokenizer of large does is unknown, as its encoded corpus is missing"],
  ])("bits per byte is not ranked otherwise: %s", (_, roundTrip, why) => {
    const { verdicts, warnings, summary, expectations } = resultOf("bits_per_byte", [small, { ...large, roundTrip }]);
    expect(verdicts).toEqual([]);
    expect(summary).toHaveLength(2);
    const sentence = `bits_per_byte with different tokenizers is ranked only if both reproduce the text: ${why}. Fine-tune on a task to compare them`;
    expect(warnings).toContain(sentence);
    expect(expectations[0]).toMatchObject({ answer: "undecided", reason: expect.stringContaining(why) });
    // and nobody is sent there from another score
    const perplexity = resultOf("perplexity", [small, { ...large, roundTrip }]);
    expect(perplexity.warnings.join()).toContain("each counts different tokens. Fine-tune on a task to compare them");
  });

  test("but cells that share a tokenizer predict the same text, whatever it loses", () => {
    const cells = [small, { ...large, tokenizer: "tokenizer-1" }].map((cell) => ({ ...cell, roundTrip: lossy }));
    expect(resultOf("bits_per_byte", cells).verdicts).toHaveLength(1);
    expect(resultOf("perplexity", cells).verdicts).toHaveLength(1);
  });
});

test("the loss of one kind of objective with other settings is not ranked either", () => {
  const masked = (rate: number) => ({ kind: "masked", rate, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false }) as const;
  const cells = [
    { cell: "15%", values: [2, 2.1], objective: masked(0.15) },
    { cell: "40%", values: [3, 3.2], objective: masked(0.4) },
  ];
  const loss = languageModelExample("loss", cells);
  expect(compareRuns(loss.job, loss.runs).verdicts).toEqual([]);
  const pseudo = languageModelExample("pseudo_perplexity", cells);
  expect(compareRuns(pseudo.job, pseudo.runs).verdicts).toHaveLength(1);
});
