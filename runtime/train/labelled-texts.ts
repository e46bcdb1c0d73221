import type { ResolvedTask } from "../contract/plan.ts";
import type { Split } from "../contract/spec.ts";
import { readClassified } from "../data/labelled.ts";
import type { JobContext } from "../jobs/context.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { framed, type LabelledText } from "./label-batches.ts";

/** A split's examples as ids, `<s> … </s>`, cut to the context; how many were cut is reported. */
export async function readLabelledTexts(
  task: ResolvedTask,
  split: Split,
  tokenizer: Tokenizer,
  context: number,
  emit: JobContext["emit"],
): Promise<(LabelledText & { id: string })[]> {
  const examples = readClassified(task, split);
  const encoded = await tokenizer.encodeBatch(examples.map(({ text }) => text));
  const cut = encoded.filter((ids) => ids.length + 2 > context).length;
  if (cut > 0) {
    const message = `${cut} of ${examples.length} ${split} texts are longer than the context of ${context} tokens and were cut to it; a longer context reads them whole`;
    emit({ event: "warning", message });
  }
  return examples.map(({ label, id }, i) => ({ ids: framed(encoded[i]!, tokenizer.vocabulary, context), label, id }));
}
