import type { ResolvedModel, ResolvedTask } from "#runtime/contract/plan.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import type { Layout } from "#runtime/objectives/objective.ts";
import type { HeadPart } from "./heads/head.ts";
import type { Part } from "./training-program.ts";

/** What of a model says how it reads what it writes an answer to. */
export type ReadingModel = Pick<ResolvedModel, "architecture" | "readsPrefix" | "context">;

type HeadOfTask = Pick<HeadPart, "form" | "outputs" | "rows" | "pooler">;

/** Whether a model that is trained on the task writes the answer: where that is asked for, and where the kind has no head. */
export function isTextToText(task: Pick<ResolvedTask, "kind" | "train"> & { as?: unknown }): boolean {
  return task.as !== undefined || (task.train !== null && heads[task.kind] === null);
}

/** The head that answers a task; null where the model answers by what it writes, or by how probable a text is to it. */
export function headOf(task: ResolvedTask): HeadOfTask | null {
  const head = isTextToText(task) ? null : heads[task.kind];
  return head && { ...head(task.labels.length), pooler: "pool" in task && task.pool === "pooler" };
}

type ByLabels = (labels: number) => Omit<HeadOfTask, "pooler">;

const classes: ByLabels = (labels) => ({ form: "classes", outputs: labels, rows: 1 });

/** The head of every kind of task; null: it has none. A kind without an entry does not compile. */
const heads: { readonly [K in TaskKind]: ByLabels | null } = {
  classification: classes,
  pair_classification: classes,
  regression: () => ({ form: "value", outputs: 1, rows: 1 }),
  tagging: (labels) => ({ form: "tags", outputs: labels, rows: 1 }),
  multiple_choice: (labels) => ({ form: "choices", outputs: 1, rows: labels }),
  span_question_answering: () => ({ form: "span", outputs: 2, rows: 1 }),
  translation: null,
  summarisation: null,
  generation: null,
  minimal_pairs: null,
};

/** The part of a program that fine-tunes a head on rows of so many positions. */
export function headPart(head: HeadOfTask, length: number): HeadPart {
  return { kind: "head", name: String(length), head: finetuningHead, ...head, length, slots: 1 };
}

/** The part that fine-tunes on writing: sources and targets of so many positions. */
export function writingPart(model: Omit<ReadingModel, "context">, source: number, target: number): Extract<Part, { kind: "text" }> {
  return { kind: "text", name: `${source}+${target}`, layout: writingLayout(model, source, target) };
}

/** A decoder reads the target after the source, which is its prefix if it learned with one; an encoder-decoder reads each on its own side. */
function writingLayout({ architecture, readsPrefix }: Omit<ReadingModel, "context">, source: number, target: number): Layout {
  const twoSided = architecture === "encoder-decoder";
  const context = twoSided ? source : source + target;
  return {
    architecture,
    context,
    decoderContext: twoSided ? target : 0,
    predicted: target,
    visibility: readsPrefix ? "prefix" : "past",
    window: 0,
    stride: 0,
    tokens: source + target,
    sentinels: 0,
  };
}

/** Rows of a task that answers by writing, as an objective: several pairs in each, as long as the model reads. */
export function packedWritingLayout(model: ReadingModel): Layout {
  const { architecture, context } = model;
  const twoSided = architecture === "encoder-decoder";
  return { ...writingLayout(model, context, twoSided ? context : 0), predicted: context };
}

/** The largest part that a task needs: rows as long as the model reads. */
export function longestTaskPart(task: ResolvedTask, model: ReadingModel): Part {
  const { architecture, context } = model;
  const head = headOf(task);
  if (head) return headPart(head, context);
  if (architecture === "encoder-decoder") return writingPart(model, context, context);
  return writingPart(model, Math.ceil(context / 2), Math.floor(context / 2));
}

/** Name of the head's weights. */
export const finetuningHead = "task";
