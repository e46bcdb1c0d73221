/** What `pretrain preview --json` prints: sequences as a pre-training makes them under an objective. */
export interface Preview {
  objective: string;
  /** Name of the pre-training whose corpus, tokenizer and model it is. */
  pretrain: string;
  /** Of a mixture or a sequence one for each objective in it. */
  parts: PreviewPart[];
}

export interface PreviewPart {
  /** Name of the objective. */
  part: string;
  pairs: PreviewPair[];
  /** Over all sequences that were looked at: shares from 0 to 1, names that begin with `mean_` in tokens. */
  measured: Record<string, number>;
  /** How many were looked at. */
  sequences: number;
}

/** What a model reads and what it should answer. */
export interface PreviewPair {
  input: string;
  /** What is predicted; `…` stands for what is not. */
  target: string;
  /** The same two texts, cut where what the objective changed begins and ends. */
  input_parts?: MarkedText[];
  target_parts?: MarkedText[];
}

/** A stretch of a text. Stretches of input and target with the same mark belong together: a span and where it was. */
export interface MarkedText {
  text: string;
  /** From 0; absent where the objective changed nothing. */
  mark?: number;
}
