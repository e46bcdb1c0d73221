import { join } from "node:path";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { checkedPredictions } from "#runtime/contract/predictions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { readText, writeWhole } from "./files.ts";

/** Of a run folder: what a run answered to each test example, a line of JSON each. */
export const predictionsFile = "predictions.jsonl";

/** Into a run folder. */
export function writePredictions(folder: string, predictions: readonly Prediction[]): void {
  writeWhole(join(folder, predictionsFile), predictions.map((each) => `${JSON.stringify(each)}\n`).join(""));
}

/** From the run folder of a task of a kind; undefined where there are none, or a line is not what the kind keeps. */
export function readPredictions<K extends TaskKind>(folder: string, kind: K): readonly Prediction<K>[] | undefined {
  const text = readText(join(folder, predictionsFile));
  return text === undefined ? undefined : checkedPredictions(kind, text.split("\n").filter(Boolean).map(parsed));
}

/** Undefined of a line that is no JSON, which no kind keeps. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
