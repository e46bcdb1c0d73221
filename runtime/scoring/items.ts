import { join } from "node:path";
import * as v from "valibot";
import type { ResolvedTask } from "#runtime/contract/plan.ts";
import { formOfKind, predictionForms } from "#runtime/contract/predictions.ts";
import { parseLines } from "#runtime/contract/record-text.ts";
import { readText } from "#runtime/runs/files.ts";
import { predictionsFile, type Store } from "#runtime/runs/store.ts";
import { itemsByForm } from "./item-forms.ts";

/** What a run answered for each test example, to be scored again on examples drawn from them. */
export interface Items {
  ids: readonly string[];
  /** The score of each example, of a metric that is their mean; undefined for another. */
  each(metric: string): Float64Array | undefined;
  /** A metric over chosen examples, given by place; undefined where the metric cannot be computed from what was kept. */
  scorer(metric: string): ((chosen: Int32Array) => number) | undefined;
}

/** What single answers are read by: the form of a kind's answers, and its labels, whether or not each of them occurs. */
export type AnsweredTask = Pick<ResolvedTask, "kind" | "labels">;

/** Of a run of a task that is done and left what it wrote. */
export function itemsIn(store: Store, id: string): Items | undefined {
  const job = store.left(id, [predictionsFile])?.job;
  return job?.kind === "finetune" || job?.kind === "majority" ? readItems(store.runFolder(id), job.task) : undefined;
}

/** From a run folder's `predictions.jsonl`; undefined where there is none, or none that single examples can be scored with. */
function readItems(folder: string, task: AnsweredTask): Items | undefined {
  const text = readText(join(folder, predictionsFile));
  return text === undefined ? undefined : itemsOf(task, parseLines(text, prediction));
}

const prediction = v.looseObject({ id: v.string() });

/** Undefined where a line is not what the task's kind keeps, such as a number that is none. */
export function itemsOf(task: AnsweredTask, lines: readonly unknown[]): Items | undefined {
  const form = formOfKind[task.kind];
  const make = itemsByForm[form] as (lines: readonly unknown[], labels: readonly string[]) => Items | undefined;
  return lines.every((line) => v.is(predictionForms[form], line)) ? make(lines, task.labels) : undefined;
}
