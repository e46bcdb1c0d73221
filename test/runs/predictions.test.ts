import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkedPredictions, type Prediction } from "#runtime/contract/predictions.ts";
import { predictionsFile, readPredictions, writePredictions } from "#runtime/runs/prediction-files.ts";
import { temporaryFolder } from "./temporary.ts";

const answered: Prediction<"classification">[] = [
  { id: "test.tsv:1", label: "yes", predicted: "no", probabilities: [0.75, 0.25] },
  { id: "test.tsv:2", label: "no", predicted: null, written: "perhaps" },
];

test("each kind of task keeps one line of JSON per prediction, which is read back unchanged", () => {
  const folder = temporaryFolder();
  writePredictions(folder, answered);
  expect(readFileSync(join(folder, predictionsFile), "utf8").split("\n")).toEqual([
    '{"id":"test.tsv:1","label":"yes","predicted":"no","probabilities":[0.75,0.25]}',
    '{"id":"test.tsv:2","label":"no","predicted":null,"written":"perhaps"}',
    "",
  ]);
  expect(readPredictions(folder, "classification")).toEqual(answered);
});

test("lines of another kind, or one that was cut short, are no predictions of a kind", () => {
  const folder = temporaryFolder();
  expect(readPredictions(folder, "classification")).toBeUndefined();
  writePredictions(folder, answered);
  expect(readPredictions(folder, "regression")).toBeUndefined();
  appendFileSync(join(folder, predictionsFile), '{"id":"test.tsv:3","label":"y');
  expect(readPredictions(folder, "classification")).toBeUndefined();
});

test("a number that is none is no prediction, and neither is a line without a field", () => {
  expect(checkedPredictions("regression", [{ id: "1", value: 1, predicted: 2 }])).toBeDefined();
  expect(checkedPredictions("regression", [{ id: "1", value: 1, predicted: Number.NaN }])).toBeUndefined();
  expect(checkedPredictions("regression", [{ id: "1", value: 1, predicted: Number.NEGATIVE_INFINITY }])).toBeUndefined();
  expect(checkedPredictions("regression", [{ id: "1", predicted: 2 }])).toBeUndefined();
  expect(checkedPredictions("regression", [{ something: 1 }])).toBeUndefined();
});

test("a field that is missing or misspelt does not compile", () => {
  // @ts-expect-error no label
  const missing: Prediction<"classification"> = { id: "1", predicted: "yes" };
  // @ts-expect-error a field that no kind has
  const misspelt: Prediction<"classification"> = { id: "1", label: "yes", predicted: "yes", probabilites: [1, 0] };
  expect(checkedPredictions("classification", [missing])).toBeUndefined();
  expect(checkedPredictions("classification", [misspelt])).toBeDefined();
});
