import type { Pooling } from "#runtime/contract/spec.ts";
import { type Example, type Layout, predictsInPlace, type Side, type Vocabulary } from "#runtime/objectives/objective.ts";
import type { Arrays } from "#runtime/trace/function.ts";

export interface Batch {
  /**
   * int32 `tokens`, `positions`, `segments` [B, T]; `prefix` [B, T] where the layout has one; of an encoder-decoder also
   * `decoder_tokens`, `decoder_positions`, `decoder_segments` [B, U]; int32 `predict` and `targets`, float32 `weights`
   * [B × predicted]: `predict` is b × T + t (of the decoder, b × U + u), behind the last one 0 with weight 0. Where each position
   * has a place of its own (`predictsInPlace`), targets and weights stand there and there is no `predict`. Row-major.
   */
  arrays: Arrays;
  /** Positions read, of both sides, without padding. */
  tokensRead: number;
  /** Positions with something to predict. */
  predicted: number;
}

/**
 * Packs the sequences of a batch into arrays of the layout's fixed shapes. Arrays of what is computed besides: of pairs
 * `pair_positions` (b × T + t), `pair_labels`, `pair_weights` [B × slots] and `types` [B, T]; of replaced tokens `originals`, `filled`
 * (for each position its place in the tokens followed by the predictions) and `detection_weights` [B × T]; of views `pool`
 * [2B, slots, T], which makes one vector of a text's hidden states, `present` and `contrast_weights` [B × slots]. Second views are
 * rows behind all first ones.
 */
export function assembleBatch(examples: readonly Example[], layout: Layout, vocabulary: Pick<Vocabulary, "pad">): Batch {
  const { also } = layout;
  const views = also?.kind === "views" ? examples.map((example) => example.view ?? nobody) : [];
  const arrays: Arrays = side([...examples, ...views], layout.context, vocabulary.pad, "");
  let tokensRead = [...examples, ...views].reduce((sum, { tokens }) => sum + tokens.length, 0);
  if (layout.prefix) {
    arrays.prefix = table(
      examples.map((example) => example.prefix ?? []),
      layout.context,
      0,
    );
  }
  if (layout.decoderContext > 0) {
    const decoders = examples.map((example) => example.decoder ?? nobody);
    Object.assign(arrays, side(decoders, layout.decoderContext, vocabulary.pad, "decoder_"));
    tokensRead += decoders.reduce((sum, decoder) => sum + decoder.tokens.length, 0);
  }
  if (also?.kind === "views") {
    const { arrays: pooled, texts } = pooledTexts([...examples, ...views], also, layout.context);
    return { arrays: { ...arrays, ...pooled }, tokensRead, predicted: texts };
  }
  const predictions = predictionsOf(examples, layout);
  Object.assign(arrays, predictions.arrays);
  if (also?.kind === "replaced") Object.assign(arrays, replacements(arrays, predictions.count));
  if (also?.kind === "pairs") Object.assign(arrays, pairsOf(examples, also.slots, layout.context));
  return { arrays, tokensRead, predicted: predictions.count };
}

/** A row of padding. */
export const nothing: Example = { tokens: [], positions: [], segments: [], predict: [], targets: [] };
const nobody: Side = { tokens: [], positions: [], segments: [] };

function pairsOf(examples: readonly Example[], slots: number, context: number): Arrays {
  const count = examples.length * slots;
  const [positions, labels, weights] = [new Int32Array(count), new Int32Array(count), new Float32Array(count)];
  examples.forEach(({ pairs = [] }, b) => {
    if (pairs.length > slots) throw new RangeError(`${pairs.length} pairs in a layout of ${slots}`);
    pairs.forEach(({ position, label }, slot) => {
      const at = b * slots + slot;
      [positions[at], labels[at], weights[at]] = [b * context + position, label, 1];
    });
  });
  const types = table(
    examples.map((example) => example.types ?? []),
    context,
    0,
  );
  return { types, pair_positions: positions, pair_labels: labels, pair_weights: weights };
}

function replacements({ tokens, segments, predict, targets }: Arrays, count: number): Arrays {
  const [originals, filled] = [Int32Array.from(tokens!), Int32Array.from(tokens!.keys())];
  for (let i = 0; i < count; i++) {
    originals[predict![i]!] = targets![i]!;
    filled[predict![i]!] = tokens!.length + i;
  }
  return { originals, filled, detection_weights: Float32Array.from(segments!, (segment) => (segment > 0 ? 1 : 0)) };
}

/** Texts are numbered by their segments, from 1. */
function pooledTexts(
  rows: readonly Side[],
  { slots, pool: pooling }: { slots: number; pool: Pooling },
  context: number,
): { arrays: Arrays; texts: number } {
  const pool = new Float32Array(rows.length * slots * context);
  const present = new Float32Array((rows.length * slots) / 2);
  rows.forEach(({ segments }, row) => {
    for (const { segment, start, end } of runsOf(segments)) {
      if (segment > slots) throw new RangeError(`text ${segment} in a layout of ${slots}`);
      const text = row * slots + segment - 1;
      if (text < present.length) present[text] = 1;
      if (pooling === "mean") pool.fill(1 / (end - start), text * context + start, text * context + end);
      else pool[text * context + (pooling === "first" ? start : end - 1)] = 1;
    }
  });
  return { arrays: { pool, present, contrast_weights: present.slice() }, texts: present.reduce((sum, each) => sum + each, 0) };
}

/** Positions of one segment stand together. */
function runsOf(segments: readonly number[]): { segment: number; start: number; end: number }[] {
  const runs: { segment: number; start: number; end: number }[] = [];
  segments.forEach((segment, at) => {
    const last = runs.at(-1);
    if (last?.segment === segment) last.end = at + 1;
    else runs.push({ segment, start: at, end: at + 1 });
  });
  return runs;
}

function side(rows: readonly Side[], length: number, pad: number, prefix: string): Arrays {
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

/** Where each example's predictions stand in the batch: each at its position, or one behind the other without gaps. */
export function predictionPlaces(examples: readonly Pick<Example, "predict">[], layout: Layout): number[][] {
  if (predictsInPlace(layout)) return examples.map(({ predict }, b) => predict.map((position) => b * layout.predicted + position));
  let count = 0;
  return examples.map(({ predict }) => predict.map(() => count++));
}
