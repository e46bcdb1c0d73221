import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import type { AsText } from "../as-text.ts";

/** The tags of a sentence are written one after the other. */
export const taggingAsText: AsText<ResolvedTaskOf<"tagging">> = {
  pairOf: ({ words, tags }) => ({ source: words.join(" "), target: tags.join(" ") }),
  async predictionsOf({ task, examples, written, tokenizer }) {
    const tagsOf = await tagRecogniser(task.labels, tokenizer);
    return examples.map(({ id, words, tags }, i): Prediction<"tagging"> => {
      const found = tagsOf(written[i]!);
      return { id, words, tags, predicted: words.map((_, at) => found[at] ?? none) };
    });
  },
};

/** A tag that was not written: no entity to the metrics, and never right, as no tag of a task has spaces around it. */
const none = ". ";

/** The tags in a row, each as it is encoded at the beginning or after a space; other text counts as one missing tag. */
async function tagRecogniser(known: readonly string[], tokenizer: Tokenizer): Promise<(ids: readonly number[]) => string[]> {
  const forms = await tokenizer.encodeBatch(known.flatMap((tag) => [tag, ` ${tag}`]));
  const pieces = forms
    .map((ids, i) => ({ tag: known[Math.floor(i / 2)]!, ids: Array.from(ids) }))
    .filter(({ ids }) => ids.length > 0)
    .sort((a, b) => b.ids.length - a.ids.length);
  return (ids) => {
    const found: string[] = [];
    let unknown = false;
    for (let at = 0; at < ids.length; ) {
      const next = pieces.find((piece) => piece.ids.every((id, i) => ids[at + i] === id));
      if (!next && !unknown) found.push(none);
      if (next) found.push(next.tag);
      unknown = next === undefined;
      at += next?.ids.length ?? 1;
    }
    return found;
  };
}
