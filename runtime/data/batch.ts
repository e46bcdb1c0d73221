import type { Example, Layout, Vocabulary } from "#runtime/objectives/objective.ts";
import type { Arrays } from "#runtime/trace/function.ts";

export interface Batch {
  /**
   * int32 `tokens`, `positions`, `segments` [B, T]; `prefix` [B, T] where the layout has one; of an encoder-decoder also
   * `decoder_tokens`, `decoder_positions`, `decoder_segments` [B, U]; int32 `predict` and `targets`, float32 `weights`
   * [B × predicted]: `predict` is b × T + t (of the decoder, b × U + u), behind the last one 0 with weight 0. Row-major.
   */
  arrays: Arrays;
  /** Positions read, of both sides, without padding. */
  tokensRead: number;
  /** Positions with something to predict. */
  predicted: number;
}

/** Packs the sequences of a batch into arrays of the layout's fixed shapes. */
export function assembleBatch(examples: readonly Example[], layout: Layout, vocabulary: Pick<Vocabulary, "pad">): Batch {
  const arrays: Arrays = side(examples, layout.context, vocabulary.pad, "");
  let tokensRead = examples.reduce((sum, example) => sum + example.tokens.length, 0);
  if (layout.prefix) {
    arrays.prefix = table(
      examples.map((example) => example.prefix ?? []),
      layout.context,
      0,
    );
  }
  if (layout.decoderContext > 0) {
    const decoders = examples.map((example) => example.decoder ?? { tokens: [], positions: [], segments: [] });
    Object.assign(arrays, side(decoders, layout.decoderContext, vocabulary.pad, "decoder_"));
    tokensRead += decoders.reduce((sum, decoder) => sum + decoder.tokens.length, 0);
  }
  const width = layout.decoderContext || layout.context;
  const predictions = gather(examples, layout.predicted, width);
  return { arrays: { ...arrays, ...predictions.arrays }, tokensRead, predicted: predictions.count };
}

function side(rows: readonly Pick<Example, "tokens" | "positions" | "segments">[], length: number, pad: number, prefix: string): Arrays {
  return {
    [`${prefix}tokens`]: table(
      rows.map((row) => row.tokens),
      length,
      pad,
    ),
    [`${prefix}positions`]: table(
      rows.map((row) => row.positions),
      length,
      0,
    ),
    [`${prefix}segments`]: table(
      rows.map((row) => row.segments),
      length,
      0,
    ),
  };
}

function table(rows: readonly (readonly number[])[], length: number, fill: number): Int32Array {
  const values = new Int32Array(rows.length * length).fill(fill);
  rows.forEach((row, b) => {
    if (row.length > length) throw new RangeError(`a sequence of ${row.length} positions in a layout of ${length}`);
    values.set(row, b * length);
  });
  return values;
}

/** All predictions of the batch, one after the other: rows with few leave no gaps. */
function gather(examples: readonly Example[], room: number, width: number): { arrays: Arrays; count: number } {
  const predict = new Int32Array(examples.length * room);
  const targets = new Int32Array(examples.length * room);
  const weights = new Float32Array(examples.length * room);
  let count = 0;
  examples.forEach((example, b) => {
    if (example.predict.length > room) throw new RangeError(`${example.predict.length} predictions in a layout of ${room}`);
    example.predict.forEach((position, i) => {
      predict[count] = b * width + position;
      targets[count] = example.targets[i] as number;
      weights[count++] = 1;
    });
  });
  return { arrays: { predict, targets, weights }, count };
}
