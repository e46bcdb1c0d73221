import { tokenEmbedder } from "#runtime/models/embedders/token-embedder.ts";
import { type Example, type Layout, predictsInPlace, type Side, type Vocabulary } from "#runtime/objectives/objective.ts";
import { auxiliaryLossOf } from "#runtime/programs/auxiliary/auxiliary-table.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { padded } from "#runtime/trace/padded.ts";

export interface Batch {
  /**
   * int32 `tokens`, `positions`, `segments` [B, T]; `prefix` [B, T] where the layout has one; of an encoder-decoder also
   * `decoder_tokens`, `decoder_positions`, `decoder_segments` [B, U]; int32 `predict` and `targets`, float32 `weights`
   * [B × predicted]: `predict` is b × T + t (of the decoder, b × U + u), after the last one 0 with weight 0. Where each position
   * has a place of its own (`predictsInPlace`), targets and weights are there and there is no `predict`. Row-major.
   */
  arrays: Arrays;
  /** Positions read, of both sides, without padding. */
  tokensRead: number;
  /** Positions with something to predict; where there are none, the auxiliary loss's items. */
  predicted: number;
}

/**
 * Packs the sequences of a batch into arrays of the layout's fixed shapes. Those of an auxiliary loss are described with it, in
 * `programs/auxiliary`.
 */
export function assembleBatch(examples: readonly Example[], layout: Layout, vocabulary: Pick<Vocabulary, "pad">): Batch {
  const { auxiliary } = layout;
  const loss = auxiliary && auxiliaryLossOf(auxiliary);
  const rows: Side[] = loss?.secondRow ? [...examples, ...examples.map(loss.secondRow)] : [...examples];
  const arrays: Arrays = side(rows, layout.context, vocabulary.pad, "");
  let tokensRead = rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
  if (layout.visibility === "prefix") {
    arrays.prefix = padded(
      examples.map((example) => example.prefix ?? []),
      layout.context,
      0,
    );
  }
  if (layout.decoderContext > 0) {
    const decoders = examples.map((example) => example.decoder ?? emptySide);
    Object.assign(arrays, side(decoders, layout.decoderContext, vocabulary.pad, "decoder_"));
    tokensRead += decoders.reduce((sum, decoder) => sum + decoder.tokens.length, 0);
  }
  const predictions = layout.predicted > 0 ? predictionsOf(examples, layout) : undefined;
  Object.assign(arrays, predictions?.arrays);
  if (!loss) return { arrays, tokensRead, predicted: predictions?.count ?? 0 };
  Object.assign(arrays, loss.fill({ examples, rows, layout, auxiliary, arrays, predictions: predictions?.count ?? 0 }));
  const items = arrays[`${loss.name}_weights`]!;
  return { arrays, tokensRead, predicted: predictions?.count ?? items.filter((weight) => weight > 0).length };
}

/** A row of padding. */
export const nothing: Example = { tokens: [], positions: [], segments: [], predict: [], targets: [] };
const emptySide: Side = { tokens: [], positions: [], segments: [] };

function side(rows: readonly Side[], length: number, pad: number, prefix: string): Arrays {
  const read = tokenEmbedder.fill(
    rows.map(({ tokens }) => tokens),
    length,
    pad,
  );
  const places = (name: "positions" | "segments") =>
    padded(
      rows.map((row) => row[name]),
      length,
      0,
    );
  const arrays = { ...read, positions: places("positions"), segments: places("segments") };
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [`${prefix}${name}`, values]));
}

function predictionsOf(examples: readonly Example[], layout: Layout): { arrays: Arrays; count: number } {
  const room = layout.predicted;
  const width = layout.decoderContext || layout.context;
  const predict = new Int32Array(examples.length * room);
  const targets = new Int32Array(examples.length * room);
  const weights = new Float32Array(examples.length * room);
  let count = 0;
  const places = predictionPlaces(examples, layout);
  examples.forEach((example, b) => {
    if (example.predict.length > room) throw new RangeError(`${example.predict.length} predictions in a layout of ${room}`);
    example.predict.forEach((position, i) => {
      const place = places[b]![i]!;
      predict[place] = b * width + position;
      targets[place] = example.targets[i]!;
      weights[place] = 1;
      count++;
    });
  });
  return { arrays: predictsInPlace(layout) ? { targets, weights } : { predict, targets, weights }, count };
}

/** The places of each example's predictions in the batch: each at its position, or one after another without gaps. */
export function predictionPlaces(examples: readonly Pick<Example, "predict">[], layout: Layout): number[][] {
  if (predictsInPlace(layout)) return examples.map(({ predict }, b) => predict.map((position) => b * layout.predicted + position));
  let count = 0;
  return examples.map(({ predict }) => predict.map(() => count++));
}
