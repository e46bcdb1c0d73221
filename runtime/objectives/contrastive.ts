import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { ratio } from "./measures.ts";
import { type Example, isOrdinary, type Layout, type Side, type TextObjective, type Vocabulary } from "./objective.ts";
import { append, documentText, partOf, segmentsOf, sentencesOf } from "./segments.ts";
import { pairSlots } from "./sentence-pairs.ts";

export type ContrastiveSettings = Extract<ResolvedObjective, { kind: "contrastive" }>;

/**
 * Contrast of texts (Gao et al. 2021, SimCSE, section 3 and equation 1): the two views of a text are closer to each other than to
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
      // in a decoder a text is read as it is generated
      visibility: architecture === "decoder" ? "past" : "all",
      window,
      stride: window,
      tokens: 2 * context,
      sentinels: 0,
      packs: true,
      auxiliary: { kind: "contrast", slots: pairSlots(context), pool, temperature },
    };
  },

  example(window, settings, layout, vocabulary) {
    const view: Side = { tokens: [], positions: [], segments: [] };
    const example: Example = { tokens: [], positions: [], segments: [], view, predict: [], targets: [] };
    for (const [index, both] of takenTexts(window, settings, layout, vocabulary).texts.entries())
      for (const [i, side] of [example, view].entries()) append(side, [vocabulary.begin, ...both[i]!, vocabulary.end], index + 1);
    return example;
  },

  reach: (window, settings, layout, vocabulary) => takenTexts(window, settings, layout, vocabulary).reach,

  measured: (examples) => ({
    mean_text: ratio(
      examples,
      ({ tokens }) => tokens.length,
      ({ segments }) => Math.max(0, ...segments),
    ),
  }),

  // sentences were once cut in another way in scripts with marks of their own
  revisions: ({ views }) => (views === "neighbours" ? { sentenceEnds: 1 } : {}),
};

type Views = readonly [readonly number[], readonly number[]];

/** The two views of the texts that a sequence has room for, and how far into the window they reach. */
function takenTexts(
  window: ArrayLike<number>,
  { views }: ContrastiveSettings,
  layout: Layout,
  vocabulary: Vocabulary,
): { texts: Views[]; reach: number } {
  const slots = layout.auxiliary?.kind === "contrast" ? layout.auxiliary.slots : 0;
  const viewsOf = views === "neighbours" ? halvesWithin : wholeWithin;
  const texts: Views[] = [];
  const room: [number, number] = [layout.context, layout.context];
  for (const part of segmentsOf(window, vocabulary.begin)) {
    const { begins, text } = documentText(window, part, vocabulary);
    const shortest = views === "neighbours" ? 2 : 1;
    if (text.length < shortest || !text.some((token) => isOrdinary(token, vocabulary))) continue;
    const both = texts.length === slots ? undefined : viewsOf(text, [room[0] - specials, room[1] - specials], vocabulary);
    if (!both) return { texts, reach: part.start };
    const length = views === "neighbours" ? both[0].length + both[1].length : both[0].length;
    // a view of special tokens alone says nothing
    if (both.every((view) => view.some((token) => isOrdinary(token, vocabulary)))) {
      texts.push(both);
      for (const i of [0, 1] as const) room[i] -= both[i].length + specials;
    }
    if (length < text.length) return { texts, reach: part.start + begins.length + length };
  }
  return { texts, reach: window.length };
}

/** `<s> … </s>`. */
const specials = 2;

function wholeWithin(text: readonly number[], [room]: readonly [number, number]): Views | undefined {
  const length = partOf(text.length, room, 1);
  return length > 0 ? [text.slice(0, length), text.slice(0, length)] : undefined;
}

/**
 * The halves of as much of a text as there is room for. They need room on one side each: a part that is a little shorter may be cut
 * after a sentence if the longest would not; if there is none of these, the longest is cut in the middle.
 */
function halvesWithin(text: readonly number[], room: readonly [number, number], vocabulary: Vocabulary): Views | undefined {
  const longest = partOf(text.length, 2 * Math.min(...room), 2);
  if (longest < 2) return undefined;
  for (let length = longest; length > Math.max(1, 0.75 * longest); length--) {
    if (partOf(text.length, length, 2) !== length) continue;
    const [first, second] = halvesOf(text.slice(0, length), vocabulary);
    if (first.length <= room[0] && second.length <= room[1]) return [first, second];
  }
  const middle = longest >> 1;
  return [text.slice(0, middle), text.slice(middle, longest)];
}

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
