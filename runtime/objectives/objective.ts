import type { Architecture, Pooling, Visibility } from "#runtime/contract/spec.ts";
import type { Random } from "#runtime/random/random.ts";

/** What the batches of an objective need to know of a tokenizer. Ids run from 0 to size − 1. */
export interface Vocabulary {
  size: number;
  pad: number;
  unknown: number;
  /** `<s>`: begins every document. */
  begin: number;
  /** `</s>`: ends every document. */
  end: number;
  mask: number;
  /** Ids below this are special tokens. */
  firstOrdinary: number;
  /** Ids from this on are special tokens or sentinels. */
  endOrdinary: number;
  /** The lowest id of a sentinel; the following ids are the others. If there is none, after all ids. */
  firstSentinel: number;
  sentinels: number;
  /** `<extra_id_0>` is the last of them, as T5 has it; else the first. */
  sentinelsDescend: boolean;
  /** Whether each of some neighbouring tokens of a text begins a word. */
  wordStarts(tokens: readonly number[]): boolean[];
  /** A full stop, a question mark or an exclamation mark of any script, or a token that ends in one. */
  endsSentence(token: number): boolean;
}

/** Text, not a special token or a sentinel. */
export function isOrdinary(token: number, { firstOrdinary, endOrdinary }: Pick<Vocabulary, "firstOrdinary" | "endOrdinary">): boolean {
  return token >= firstOrdinary && token < endOrdinary;
}

/** What a model's texts are made of: text, sentinels and their end. */
export function isWritten(token: number, vocabulary: Omit<Vocabulary, "wordStarts" | "endsSentence">): boolean {
  return token === vocabulary.end || isOrdinary(token, vocabulary) || sentinelIndex(token, vocabulary) !== undefined;
}

type Sentinels = Pick<Vocabulary, "firstSentinel" | "sentinels" | "sentinelsDescend">;

/** The id of `<extra_id_N>`. */
export function sentinelId(index: number, { firstSentinel, sentinels, sentinelsDescend }: Sentinels): number {
  return firstSentinel + (sentinelsDescend ? sentinels - 1 - index : index);
}

/** Which `<extra_id_N>` a token is; undefined where it is none. */
export function sentinelIndex(token: number, { firstSentinel, sentinels, sentinelsDescend }: Sentinels): number | undefined {
  const place = token - firstSentinel;
  if (place < 0 || place >= sentinels) return undefined;
  return sentinelsDescend ? sentinels - 1 - place : place;
}

/** Static shapes of one sequence: a program is traced once for them. */
export interface Layout {
  architecture: Architecture;
  /** Positions of the (encoder's) input. */
  context: number;
  /** Positions of the decoder's input; 0 without one. */
  decoderContext: number;
  /** Positions with something to predict: room for so many a sequence. */
  predicted: number;
  /** In the stack that predicts, which an encoder beside it sees the whole of; with `prefix`, batches have that array. */
  visibility: Visibility;
  /**
   * Corpus tokens that one sequence is made of at most, and how far after it the next one starts: if documents are short, an
   * objective may take fewer (`TextObjective.reach`).
   */
  window: number;
  stride: number;
  /** Positions read without padding, in a sequence within one document: what budgets count. */
  tokens: number;
  /** Sentinels used. */
  sentinels: number;
  /** How much of a window a sequence has room for depends on its documents: see `TextObjective.reach`. */
  packs?: true;
  /** A sequence also needs another window of the corpus. */
  unrelated?: boolean;
  /** A loss besides that of the predicted tokens, or instead of it. */
  auxiliary?: Auxiliary;
}

/** Whether each position has a place of its own for what it predicts, in order; else predictions say where they are made. */
export function predictsInPlace({ context, decoderContext, predicted, auxiliary }: Layout): boolean {
  return !auxiliary && predicted === (decoderContext || context);
}

/** An auxiliary loss with its settings. What it computes is a file in `programs/auxiliary`. */
export type Auxiliary =
  /** A class for each of up to `slots` pairs of texts in a sequence. */
  | { kind: "sentence_pairs"; slots: number }
  /** A generator of this share of the model's width fills in the predicted tokens; the discriminator predicts for every position whether it differs. */
  | { kind: "replaced_tokens"; generator: number; weight: number }
  /** Sequences come as two views, with up to `slots` texts in each; `predicted` is 0. */
  | { kind: "contrast"; slots: number; pool: Pooling; temperature: number };

/** One sequence. Arrays may be shorter than the layout's room; the rest is padding. */
export interface Example {
  tokens: number[];
  /** Position inside its document's part of the sequence, from 0. */
  positions: number[];
  /** Which document a position belongs to, from 1; 0 is padding. Attention never crosses segments. */
  segments: number[];
  /** 1 where every later and earlier position of the segment sees it; where visibility is `prefix`. */
  prefix?: number[];
  decoder?: Side;
  /** Positions (of the decoder, where there is one) whose output predicts `targets`. */
  predict: number[];
  targets: number[];
  /** Which of two texts a position belongs to, 0 or 1. */
  types?: number[];
  /** Pairs of texts: where the class is read, and which it is. */
  pairs?: { position: number; label: number }[];
  /** The other view of the sequence's texts: those of one segment belong together. */
  view?: Side;
}

export interface Side {
  tokens: number[];
  positions: number[];
  segments: number[];
}

/** An objective over raw text: how a window of the corpus becomes a sequence. One file each, listed in `objective-table.ts`. */
export interface TextObjective<S> {
  /** Shapes, for an architecture that can carry it. */
  layout(settings: S, model: { architecture: Architecture; context: number }): Layout;
  /**
   * `window`: consecutive corpus tokens, at most `layout.window` of them; each document is `<s> … </s>`. `unrelated`: such a
   * window from another place, where the layout asks for one and the corpus has one.
   */
  example(
    window: ArrayLike<number>,
    settings: S,
    layout: Layout,
    vocabulary: Vocabulary,
    random: Random,
    unrelated?: ArrayLike<number>,
  ): Example;
  /**
   * How many of a window's tokens its sequence has room for: the next sequence begins after them. At least 1, of a window that is not
   * empty. Of layouts that pack; others take every window whole, whatever the lengths of its documents.
   */
  reach?(window: ArrayLike<number>, settings: S, layout: Layout, vocabulary: Vocabulary): number;
  /** Each target is the token that follows in the text the one read where it is predicted. */
  continues?: true;
  /** How the probability of a text follows from the predictions; left out: it does not, and the loss is the only score on text. */
  likelihood?: TextLikelihood;
  /** Rates that a preview shows beside the share of the positions that predict (see `measures.ts`). */
  measured?(examples: readonly Example[], settings: S, vocabulary: Vocabulary): Record<string, number>;
  /**
   * Where the input shows what is predicted, which a preview marks: the position of each target's hidden token, or `sentinels`, each of
   * which replaces a span of the target. Left out or undefined: nowhere.
   */
  hidden?(example: Example, settings: S): readonly number[] | "sentinels" | undefined;
  /** What the classes 0 and 1 of an example's pairs mean, as a preview shows them. */
  pairClasses?(settings: S): readonly [string, string] | undefined;
  /** What a fingerprint holds besides the settings: counts of the changes after which the same settings make other sequences. */
  revisions?(settings: S): Readonly<Record<string, number>>;
}

export type TextLikelihood =
  /** The chain rule: each token is predicted from all those before it. */
  | { kind: "chain" }
  /**
   * The pseudo-likelihood (Salazar et al. 2020, equation 2), where there is one stack: each token is hidden alone and predicted.
   * `hideOne`: the window as a sequence in which the token at one position is hidden and predicted.
   */
  | { kind: "pseudo"; hideOne(window: ArrayLike<number>, position: number, vocabulary: Vocabulary): Example };

/** The metrics of each likelihood, in the order in which a comparison shows them. */
export const likelihoodMetrics = {
  chain: ["bits_per_byte", "perplexity"],
  pseudo: ["pseudo_perplexity"],
} as const satisfies Record<TextLikelihood["kind"], readonly string[]>;

/** How many tokens of a window a sequence takes. */
export type Reach = (window: ArrayLike<number>) => number;
