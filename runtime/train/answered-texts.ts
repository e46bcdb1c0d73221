import type { ResolvedTask, ResolvedTaskOf } from "../contract/plan.ts";
import type { Split } from "../contract/spec.ts";
import { classOf, readTaskExamples } from "../data/task-examples.ts";
import type { JobContext } from "../jobs/context.ts";
import type { Vocabulary } from "../objectives/objective.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { AnsweredText } from "./pooled-batches.ts";

export interface ExampleReading {
  tokenizer: Tokenizer;
  /** Tokens that a model reads at the most. */
  context: number;
  emit: JobContext["emit"];
}

/** An answered text and where it stands. */
export type IdentifiedText = AnsweredText & { id: string };
type PooledTask = ResolvedTaskOf<"classification" | "pair_classification" | "regression">;

/** Its texts become one vector each, so several fit into a row. */
export function isPooled(task: ResolvedTask): task is PooledTask {
  return task.kind === "classification" || task.kind === "pair_classification" || task.kind === "regression";
}

/** A split's texts as ids, `<s> … </s>` or `<s> … </s> … </s>`, with their classes or numbers. */
export async function readAnsweredTexts(task: PooledTask, split: Split, reading: ExampleReading): Promise<IdentifiedText[]> {
  const examples = readTaskExamples(task, split);
  const encode = (texts: string[]) => reading.tokenizer.encodeBatch(texts);
  const first = await encode(examples.map(({ text }) => text));
  const second = task.second === null ? null : await encode(examples.map((example) => example.second ?? ""));
  const texts = first.map((ids, i) => (second ? [ids, second[i]!] : [ids]));
  reportCut(reading, split, texts.filter((parts) => framedLength(parts) > reading.context).length, texts.length);
  return examples.map((example, i) => ({
    id: example.id,
    ids: framed(texts[i]!, reading.tokenizer.vocabulary, reading.context),
    answer: "value" in example ? example.value : classOf(task.labels, example.label, example.id),
  }));
}

/** Says how many texts a context cut. */
export function reportCut({ context, emit }: Pick<ExampleReading, "context" | "emit">, split: Split, cut: number, all: number): void {
  if (cut === 0) return;
  const message = `${cut} of ${all} ${split} texts are longer than the context of ${context} tokens and were cut to it; a longer context reads them whole`;
  emit({ event: "warning", message });
}

/**
 * `<s> ids </s>`, of a pair `<s> ids </s> ids </s>`. Where there is less room the longer one is cut first; end tokens are kept.
 * @see Devlin et al. 2019, section 3, for the frame; `longest_first` is theirs too, in their released code
 */
export function framed(texts: readonly ArrayLike<number>[], { begin, end }: Pick<Vocabulary, "begin" | "end">, room: number): number[] {
  const lengths = texts.map((ids) => ids.length);
  let left = Math.max(0, room - texts.length - 1) - lengths.reduce((sum, length) => sum + length, 0);
  for (; left < 0; left++) {
    const longest = lengths.indexOf(Math.max(...lengths));
    lengths[longest]!--;
  }
  return [begin, ...texts.flatMap((ids, i) => [...Array.from(ids).slice(0, lengths[i]), end])];
}

export function framedLength(texts: readonly ArrayLike<number>[]): number {
  return texts.reduce((sum, ids) => sum + ids.length, 1 + texts.length);
}
