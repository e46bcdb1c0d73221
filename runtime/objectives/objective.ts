import type { Architecture } from "#runtime/contract/spec.ts";
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
  /** `<extra_id_0>`; the following ids are the other sentinels, to the end of the vocabulary. */
  firstSentinel: number;
  sentinels: number;
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
  /** True where a prefix is read in both directions: batches then have `prefix`. */
  prefix: boolean;
  /** Corpus tokens that one sequence is made of, and how far the next one starts behind it. */
  window: number;
  stride: number;
  /** Positions read without padding, of a sequence that lies in one document: what budgets count. */
  tokens: number;
  /** Sentinels used. */
  sentinels: number;
}

/** One sequence. Arrays may be shorter than the layout's room; the rest is padding. */
export interface Example {
  tokens: number[];
  /** Position inside its document's part of the sequence, from 0. */
  positions: number[];
  /** Which document a position belongs to, from 1; 0 is padding. Attention never crosses segments. */
  segments: number[];
  /** 1 where every later and earlier position of the segment sees it. */
  prefix?: number[];
  decoder?: { tokens: number[]; positions: number[]; segments: number[] };
  /** Positions (of the decoder, where there is one) whose output predicts `targets`. */
  predict: number[];
  targets: number[];
}

/** An objective over raw text: how a window of the corpus becomes a sequence. One file each, listed in `table.ts`. */
export interface TextObjective<S> {
  /** Shapes, for an architecture that can carry it. */
  layout(settings: S, model: { architecture: Architecture; context: number }): Layout;
  /** `window`: consecutive corpus tokens, at most `layout.window` of them; documents stand as `<s> … </s>`. */
  example(window: ArrayLike<number>, settings: S, layout: Layout, vocabulary: Vocabulary, random: Random): Example;
}
