import { expect, test } from "vitest";
import type { Score } from "#runtime/contract/artifacts.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ScoredTask } from "#runtime/scoring/items.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";

const task = { kind: "classification", labels: ["a", "b"] } satisfies ScoredTask;
const score = (metric: string, value: number, n: number): Score => ({ metric, value, split: "test", n });

/** So many classified examples, three in four right. */
function answers(count: number): Prediction<"classification">[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `test.tsv:${i}`,
    label: i % 8 < 4 ? "a" : "b",
    predicted: i % 8 < 4 === i % 4 < 3 ? "a" : "b",
  }));
}

test("accuracy's is the binomial one", () => {
  const [accuracy] = withStandardErrors([score("accuracy", 0.75, 400)], task, answers(400));
  expect(accuracy!.standard_error).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 399), 4);
});

test("a metric that is no mean is scored again on examples drawn from the same", () => {
  const [few] = withStandardErrors([score("f1", 0.75, 100)], task, answers(100));
  const [many] = withStandardErrors([score("f1", 0.75, 1600)], task, answers(1600));
  expect(few!.standard_error! / many!.standard_error!).toBeCloseTo(4, 0);
});

test("a metric that is not a mean over answers has none, and keeps its score", () => {
  expect(withStandardErrors([score("roc_auc", 0.8, 100)], task, answers(100))).toEqual([score("roc_auc", 0.8, 100)]);
  expect(withStandardErrors([score("bleu", 20, 2)], task, answers(2))).toEqual([score("bleu", 20, 2)]);
});
