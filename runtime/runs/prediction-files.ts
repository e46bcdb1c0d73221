import { join } from "node:path";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { checkedPredictions } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { readTextFile, writeWhole } from "./whole-files.ts";

/** Name of the file of predictions in a run folder, with one JSON line per test example. */
export const predictionsFile = "predictions.jsonl";

/** Writes predictions to a run folder. */
export function writePredictions(folder: string, predictions: readonly Prediction[]): void {
  writeWhole(join(folder, predictionsFile), predictions.map((each) => `${JSON.stringify(each)}\n`).join(""));
}

/** Reads the predictions in a run folder; undefined if there are none, or if a line does not match the kind of task. */
export function readPredictions<K extends TaskKind>(folder: string, kind: K): readonly Prediction<K>[] | undefined {
  const text = readTextFile(join(folder, predictionsFile));
  return text === undefined ? undefined : checkedPredictions(kind, text.split("\n").filter(Boolean).map(parsed));
}

/** Parses a line; undefined if it is not JSON, which matches no kind of task. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
