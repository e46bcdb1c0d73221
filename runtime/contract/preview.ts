/** The output of `pretrain preview --json`: sequences that a pre-training makes under an objective. */
export interface Preview {
  objective: string;
  /** Name of the pre-training whose corpus, tokenizer and model are used. */
  pretrain: string;
  /** One part, or one for each objective of a mixture or sequence. */
  parts: PreviewPart[];
}

export interface PreviewPart {
  /** Name of the objective. */
  part: string;
  pairs: PreviewPair[];
  /** Statistics over all sampled sequences: shares from 0 to 1, and lengths in tokens if the name begins with `mean_`. */
  measured: Record<string, number>;
  /** Number of sampled sequences. */
  sequences: number;
}

/** The input and the target of a sequence, as text. */
export interface PreviewPair {
  input: string;
  /** The target tokens; `…` replaces tokens that are not predicted. */
  target: string;
  /** The same two texts, split where the changes of the objective begin and end. */
  input_parts?: MarkedText[];
  target_parts?: MarkedText[];
}

/** A segment of a text. Segments of input and target with the same mark belong together: a hidden span and its place in the input. */
export interface MarkedText {
  text: string;
  /** Number of the mark, from 0; absent if the objective changed nothing here. */
  mark?: number;
}
