import type { ResolvedTask } from "../contract/plan.ts";
import type { Split } from "../contract/spec.ts";
import { readClassified } from "../data/labelled.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { framed, type LabelledText } from "./label-batches.ts";

/** A split's examples as ids, `<s> … </s>`, cut to the context. */
export async function readLabelledTexts(
  task: ResolvedTask,
  split: Split,
  tokenizer: Tokenizer,
  context: number,
): Promise<(LabelledText & { id: string })[]> {
  const examples = readClassified(task, split);
  const encoded = await tokenizer.encodeBatch(examples.map(({ text }) => text));
  return examples.map(({ label, id }, i) => ({ ids: framed(encoded[i]!, tokenizer.vocabulary, context), label, id }));
}
