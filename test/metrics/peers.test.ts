import { describe, expect, test } from "vitest";
import { averagePrecision } from "#runtime/metrics/average-precision.ts";
import { type BleuOptions, bleu } from "#runtime/metrics/bleu.ts";
import { calibrationError } from "#runtime/metrics/calibration-error.ts";
import { type ChrfOptions, chrf } from "#runtime/metrics/chrf.ts";
import { margins } from "#runtime/metrics/confusion-matrix.ts";
import { classMetrics, regressionMetrics, taggingMetrics } from "#runtime/metrics/metric-table.ts";
import { porterStem } from "#runtime/metrics/porter-stemmer.ts";
import { rocAuc } from "#runtime/metrics/roc-auc.ts";
import { rouge, rougeVariants } from "#runtime/metrics/rouge.ts";
import { ter } from "#runtime/metrics/ter.ts";
import peers from "./peer-cases.json" with { type: "json" };

/** peer-cases.json: awkward texts and numbers, scored by the field's own programs (peer-cases.py). */

const { hypotheses, references, others } = peers.texts;
const rightTexts = (count: number) => references.map((text, i) => (count === 1 ? [text] : [text, others[i]!]));

type TextMetric = (texts: readonly string[], references: readonly (readonly string[])[]) => { score: number; signature: string };

interface TextCase {
  options: object;
  results: { references: number; score: number; signature: string; sentences: number[] }[];
}

function agrees(metric: TextMetric, { results }: TextCase): void {
  for (const requested of results) {
    const right = rightTexts(requested.references);
    const found = metric(hypotheses, right);
    expect(found.signature).toBe(requested.signature);
    expect(found.score).toBeCloseTo(requested.score, 9);
    requested.sentences.forEach((score, i) => {
      expect.soft(metric([hypotheses[i]!], [right[i]!]).score, hypotheses[i]).toBeCloseTo(score, 9);
    });
  }
}

const named = (cases: readonly TextCase[]) => cases.map((each) => [JSON.stringify(each.options), each] as const);

describe("as sacreBLEU", () => {
  test.each(named(peers.bleu))("bleu %s", (_, each) => {
    agrees((texts, right) => bleu(texts, right, each.options as Partial<BleuOptions>), each);
  });

  test.each(named(peers.chrf))("chrf %s", (_, each) => {
    agrees((texts, right) => chrf(texts, right, each.options as Partial<ChrfOptions>), each);
  });

  test.each(named(peers.ter))("ter %s", (_, each) => {
    agrees((texts, right) => ter(texts, right, each.options), each);
  });

  test("ter finds the same shifts in long lines", () => {
    for (const { hypothesis, reference, ter: requested } of peers.shifts) {
      expect.soft(ter([hypothesis], [[reference]]).score, hypothesis).toBeCloseTo(requested, 9);
    }
  });

  test("lines with different numbers of references have nrefs:var", () => {
    expect(bleu(["a b c d", "a"], [["a b c d"], ["a", "b"]]).signature).toMatch(/^nrefs:var\|/);
  });
});

test("rouge, as rouge-score", () => {
  for (const each of peers.rouge) {
    for (const variant of rougeVariants) {
      const { precision, recall, f1 } = rouge(each.text, [each.reference], variant, { stem: each.stem });
      const requested = each[variant];
      [precision, recall, f1].forEach((value, i) => {
        expect.soft(value, `${variant} ${each.text}`).toBeCloseTo(requested[i]!, 12);
      });
    }
  }
});

test("stems, as NLTK", () => {
  for (const [word, stem] of Object.entries(peers.stems)) expect.soft(porterStem(word), word).toBe(stem);
});

test("entities, as seqeval", () => {
  for (const { gold, predicted, ...requested } of peers.tags) {
    for (const [name, score] of Object.entries(requested)) {
      const metric = taggingMetrics[`entity_${name}` as keyof typeof taggingMetrics];
      expect.soft(metric(gold, predicted), name).toBeCloseTo(score, 12);
    }
  }
});

test("classes, as scikit-learn", () => {
  for (const { classes, gold, predicted, scores, roc_auc, average_precision, ...requested } of peers.classes) {
    const sums = margins(gold, predicted, classes);
    for (const [name, score] of Object.entries(requested)) {
      expect.soft(classMetrics[name as keyof typeof classMetrics](sums), name).toBeCloseTo(score, 12);
    }
    if (!scores) continue;
    expect(rocAuc(gold, scores)).toBeCloseTo(roc_auc!, 12);
    expect(averagePrecision(gold, scores)).toBeCloseTo(average_precision!, 12);
  }
});

test("numbers, as SciPy and scikit-learn", () => {
  for (const { gold, predicted, ...requested } of peers.numbers) {
    for (const [name, score] of Object.entries(requested)) {
      expect.soft(regressionMetrics[name as keyof typeof regressionMetrics](gold, predicted), name).toBeCloseTo(score, 12);
    }
  }
});

test("calibration error, as its definition in NumPy", () => {
  const { right, confidences, error } = peers.calibration;
  expect(calibrationError(right, confidences)).toBeCloseTo(error, 12);
});
