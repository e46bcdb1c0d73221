import { join } from "node:path";
import * as v from "valibot";
import { parseLines } from "#runtime/contract/record-text.ts";
import { marginsOf } from "#runtime/metrics/confusion-matrix.ts";
import { classMetrics, needsTwoClasses } from "#runtime/metrics/table.ts";
import { readText } from "#runtime/store/files.ts";
import { predictionsFile } from "#runtime/store/store.ts";
import { itemsOfForm, type Line } from "./item-forms.ts";

/** What a run answered for each test example, to be scored again on examples drawn from them. */
export interface Items {
  ids: readonly string[];
  /** The score of each example, of a metric that is their mean; undefined for another. */
  each(metric: string): Float64Array | undefined;
  /** A metric over chosen examples, given by place; undefined where the metric cannot be computed from what was kept. */
  scorer(metric: string): ((chosen: Int32Array) => number) | undefined;
}

/** From a run folder's `predictions.jsonl`; undefined where there is none, or none that single examples can be scored with. */
export function readItems(folder: string): Items | undefined {
  const text = readText(join(folder, predictionsFile));
  return text === undefined ? undefined : itemsOf(parseLines(text, prediction) as Line[]);
}

/** What else stands in a line depends on the task's form of answers. */
const prediction = v.looseObject({ id: v.string() });

/** Undefined where single examples cannot be scored with what is kept of them. */
export function itemsOf(lines: readonly Line[]): Items | undefined {
  return lines.every(isClassified) ? classifiedItems(lines) : itemsOfForm(lines);
}

interface Classified {
  id: string;
  label: string;
  /** Null: an answer that is none of the labels. */
  predicted: string | null;
}

function isClassified(line: Line): line is Line & Classified {
  return typeof line.label === "string" && (typeof line.predicted === "string" || line.predicted === null);
}

export function classifiedItems(lines: readonly Classified[]): Items {
  // sorted, as the labels of a task are: the second of two is the positive one
  const labels = [...new Set(lines.flatMap(({ label, predicted }) => (predicted === null ? [label] : [label, predicted])))].sort();
  const gold = Int32Array.from(lines, ({ label }) => labels.indexOf(label));
  // behind the labels' columns one for the answers that are none of them
  const classes = Math.max(2, labels.length);
  const answered = Int32Array.from(lines, ({ predicted }) => (predicted === null ? classes : labels.indexOf(predicted)));
  return {
    ids: lines.map(({ id }) => id),
    each: (metric) => (metric === "accuracy" ? Float64Array.from(gold, (label, i) => (label === answered[i] ? 1 : 0)) : undefined),
    scorer(metric) {
      const score = Object.hasOwn(classMetrics, metric) ? classMetrics[metric as keyof typeof classMetrics] : undefined;
      if (!score || (classes !== 2 && needsTwoClasses(metric))) return undefined;
      // where each example stands in the confusion matrix, so that a draw of them is counted and no more
      const entries = gold.map((label, i) => label * (classes + 1) + answered[i]!);
      const counts = new Int32Array(classes * (classes + 1));
      return (chosen) => {
        counts.fill(0);
        for (let i = 0; i < chosen.length; i++) counts[entries[chosen[i]!]!]! += 1;
        return score(marginsOf(counts, classes));
      };
    },
  };
}
