import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { type Example, isOrdinary, type Side, type TextObjective, type Vocabulary } from "./objective.ts";
import { append, segmentsOf, sentencesOf, textOf } from "./segments.ts";
import { pairSlots } from "./sentence-pairs.ts";

export type ContrastiveSettings = Extract<ResolvedObjective, { kind: "contrastive" }>;

/**
 * Contrast of texts (Gao et al. 2021, SimCSE, section 3 and equation 1): the two views of a text lie closer to each other than to
 * those of the batch's other texts. A text is a document's part of a window, `<s> … </s>`. The views are the same text under
 * two dropout masks, or its two halves.
 */
export const contrastive: TextObjective<ContrastiveSettings> = {
  layout({ views, pool, temperature }, { architecture, context }) {
    const window = (context - 2) * (views === "neighbours" ? 2 : 1);
    return {
      architecture,
      context,
      decoderContext: 0,
      predicted: 0,
      prefix: false,
      window,
      stride: window,
      tokens: 2 * context,
      sentinels: 0,
      also: { kind: "views", slots: pairSlots(context), pool, temperature },
    };
  },

  example(window, { views }, layout, vocabulary) {
    const view: Side = { tokens: [], positions: [], segments: [] };
    const example: Example = { tokens: [], positions: [], segments: [], view, predict: [], targets: [] };
    const slots = layout.also?.kind === "views" ? layout.also.slots : 0;
    let texts = 0;
    for (const segment of segmentsOf(window, vocabulary.begin)) {
      const { text } = textOf(window, segment, vocabulary);
      const both = views === "neighbours" ? halvesOf(text, vocabulary) : ([text, text] as const);
      if (both.some((part) => !part.some((token) => isOrdinary(token, vocabulary)))) continue;
      const room = (side: Side) => layout.context - side.tokens.length - 2;
      if (texts === slots || room(example) < 1 || room(view) < 1) break;
      texts++;
      for (const [i, side] of [example, view].entries()) {
        append(side, [vocabulary.begin, ...(both[i] as readonly number[]).slice(0, room(side)), vocabulary.end], texts);
      }
    }
    return example;
  },
};

/** Cut at the end of the sentence that ends nearest to the middle; in one sentence, in the middle. */
function halvesOf(text: readonly number[], vocabulary: Vocabulary): [number[], number[]] {
  const middle = Math.floor(text.length / 2);
  let [cut, at] = [0, 0];
  for (const sentence of sentencesOf(text, vocabulary.endsSentence).slice(0, -1)) {
    at += sentence.length;
    if (cut === 0 || Math.abs(at - middle) < Math.abs(cut - middle)) cut = at;
  }
  const found = cut === 0 ? middle : cut;
  return [text.slice(0, found), text.slice(found)];
}
