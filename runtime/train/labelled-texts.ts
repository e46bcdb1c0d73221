import type { JobContext } from "#runtime/contract/job-context.ts";
import { listed } from "#runtime/contract/listed.ts";
import type { ResolvedModel, ResolvedTask, ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { ClassificationKind, Split } from "#runtime/contract/spec.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import { classOf } from "#runtime/tasks/class-of.ts";
import { type Frame, framed, framedLength, usualFrame } from "#runtime/tokenizers/frame.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import type { LabelledText } from "./pooled-batches.ts";

export interface ExampleReading {
  tokenizer: Tokenizer;
  /** Around every text. */
  frame: Frame;
  /** Tokens that a model reads at the most. */
  context: number;
  emit: JobContext["emit"];
  /** The notes of the job. */
  counted: CountNotes;
}

/** A labelled text and its place. */
export type IdentifiedText = LabelledText & { id: string };
type PooledTask = ResolvedTaskOf<ClassificationKind | "regression">;

/** Its texts become one vector each, so several fit into a row. */
export function isPooled(task: ResolvedTask): task is PooledTask {
  return task.kind === "classification" || task.kind === "pair_classification" || task.kind === "regression";
}

/** The tokenizer's frame; a decoder, which tells nothing before it has read all, needs an end. */
export function frameFor({ architecture }: Pick<ResolvedModel, "architecture">, { frame, vocabulary }: Tokenizer): Frame {
  return architecture === "decoder" ? usualFrame(vocabulary) : frame;
}

/** A split's texts as ids in their frame, with their classes or numbers. */
export async function readLabelledTexts(task: PooledTask, split: Split, reading: ExampleReading): Promise<IdentifiedText[]> {
  const examples = readTaskExamples(task, split);
  const encode = (texts: string[]) => reading.tokenizer.encodeBatch(texts);
  const first = await encode(examples.map(({ text }) => text));
  const second = task.second === null ? null : await encode(examples.map((example) => example.second ?? ""));
  const texts = first.map((ids, i) => (second ? [ids, second[i]!] : [ids]));
  const { frame, context } = reading;
  noteCut(reading, split, texts.filter((parts) => framedLength(parts, frame) > context).length, texts.length);
  return examples.map((example, i) => ({
    id: example.id,
    ...framed(texts[i]!, frame, context),
    answer: "value" in example ? example.value : classOf(task.labels, example.label, example.id),
  }));
}

/** Notes that so many of all texts of a split are of a kind, together with those of the splits that were read before. */
export type CountNotes = (kind: string, split: Split, counted: { some: number; all: number }, sentence: (counts: string) => string) => void;

/** For one job, or one task of several that it reads. */
export function countNotes(emit: JobContext["emit"], task?: string): CountNotes {
  const counted = new Map<string, string[]>();
  const of = task === undefined ? "" : `${task}: `;
  return (kind, split, { some, all }, sentence) => {
    if (some === 0) return;
    const counts = [...(counted.get(kind) ?? []), `${some} of ${all} ${split}`];
    counted.set(kind, counts);
    emit({ event: "warning", message: `${of}${sentence(listed(counts))}`, note: `${of}${kind}` });
  };
}

/** Notes how many texts a context cut. */
export function noteCut({ context, counted }: Pick<ExampleReading, "context" | "counted">, split: Split, some: number, all: number): void {
  counted(
    "cut texts",
    split,
    { some, all },
    (counts) => `${counts} texts are longer than the context of ${context} tokens and were cut to it; a longer context reads them whole`,
  );
}
