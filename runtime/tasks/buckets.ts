import { random, shuffle } from "#runtime/random/random.ts";

/** One batch of fine-tuning: which examples, and the length that all are padded to. */
export interface FineTuningBatch {
  indices: number[];
  length: number;
}

/**
 * The batches of one epoch. Each example once, in random order; within stretches of some 50 batches examples of like length come
 * together, so that little is padded; the batches themselves come in random order. The last of them may be smaller. A pure
 * function of its arguments. `lengths`: tokens of each example; `context`: the longest bucket.
 */
export function fineTuningBatches(epoch: {
  lengths: ArrayLike<number>;
  batch: number;
  context: number;
  seed: number;
  epoch: number;
}): FineTuningBatch[] {
  const { lengths, batch, context } = epoch;
  const lengthOf = (index: number) => lengths[index] as number;
  const from = random(epoch.seed, "fine-tuning order", epoch.epoch);
  const order = shuffle(
    Array.from({ length: lengths.length }, (_, i) => i),
    from,
  );
  const batches: FineTuningBatch[] = [];
  for (let start = 0; start < order.length; start += batch * sortedBatches) {
    const stretch = order.slice(start, start + batch * sortedBatches).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
    for (let at = 0; at < stretch.length; at += batch) {
      const indices = stretch.slice(at, at + batch);
      batches.push({ indices, length: bucketOf(Math.max(...indices.map(lengthOf)), context) });
    }
  }
  return shuffle(batches, from);
}

const sortedBatches = 50;

/** Bucket lengths up to a context: 8, 16, 24, 32, 48, 64, 96, 128, … A program is compiled once for each that occurs. */
export function bucketLengths(context: number): number[] {
  const lengths = [8, 16, 24];
  for (let power = 32; power < context; power *= 2) lengths.push(power, power + power / 2);
  return [...lengths.filter((length) => length < context), context];
}

/** The smallest bucket that holds so many tokens. */
export function bucketOf(length: number, context: number): number {
  return bucketLengths(context).find((bucket) => bucket >= length) ?? context;
}

/** Arrays of one batch: B rows of T positions, row-major. */
export interface ClassificationArrays {
  /** int32 [B, T]. */
  tokens: Int32Array;
  positions: Int32Array;
  /** 1; padding 0. */
  segments: Int32Array;
  /** int32 [B]: b × T + t of each row's last and first token. */
  last: Int32Array;
  first: Int32Array;
  labels: Int32Array;
  /** float32 [B]: 1; of rows that only fill the batch 0. */
  weights: Float32Array;
}

/** Fills a batch of `room.batch` rows; `tokens` are whole sequences `<s> … </s>`, none longer than `room.length`. */
export function classificationBatch(
  examples: readonly { tokens: ArrayLike<number>; label: number }[],
  room: { batch: number; length: number; pad: number },
): ClassificationArrays {
  const { batch, length, pad } = room;
  const arrays: ClassificationArrays = {
    tokens: new Int32Array(batch * length).fill(pad),
    positions: new Int32Array(batch * length),
    segments: new Int32Array(batch * length),
    last: new Int32Array(batch),
    first: new Int32Array(batch),
    labels: new Int32Array(batch),
    weights: new Float32Array(batch),
  };
  if (examples.length > batch) throw new RangeError(`${examples.length} examples in a batch of ${batch}`);
  examples.forEach(({ tokens, label }, b) => {
    const start = b * length;
    if (tokens.length > length) throw new RangeError(`an example of ${tokens.length} tokens in a batch of length ${length}`);
    arrays.tokens.set(tokens, start);
    for (let t = 0; t < tokens.length; t++) arrays.positions[start + t] = t;
    arrays.segments.fill(1, start, start + tokens.length);
    arrays.first[b] = start;
    arrays.last[b] = start + tokens.length - 1;
    arrays.labels[b] = label;
    arrays.weights[b] = 1;
  });
  return arrays;
}

/** `<s> tokens </s>`; of a text that is longer than the context the end is left out, the end token stays. */
export function classificationTokens(tokens: ArrayLike<number>, context: number, ids: { begin: number; end: number }): Int32Array {
  const kept = Math.min(tokens.length, context - 2);
  const sequence = new Int32Array(kept + 2);
  for (let i = 0; i < kept; i++) sequence[i + 1] = tokens[i] as number;
  sequence[0] = ids.begin;
  sequence[kept + 1] = ids.end;
  return sequence;
}
