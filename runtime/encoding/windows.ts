import type { Layout, Reach } from "#runtime/objectives/objective.ts";
import { type Permutation, permutation, random } from "#runtime/random/random.ts";
import type { TokenStream } from "./token-stream.ts";

type WindowShape = Pick<Layout, "window" | "stride">;

/** Windows of one epoch of training. */
export function windowCount(tokens: number, { stride }: WindowShape): number {
  return Math.ceil(tokens / stride);
}

/** Which sequence of a part of training. */
export interface SequenceIndex {
  seed: number;
  part: number;
  index: number;
}

/**
 * The index-th sequence of a part of training. The tokens form a ring (the first document follows the last); each epoch
 * cuts it from another random place into windows one stride apart and reads these in another random order. So an epoch reads
 * each token once: one window is shorter, and what windows share beyond their stride (a causal window's last target) is
 * read again. A pure function of its arguments.
 */
export function windowOf(stream: TokenStream, layout: WindowShape, at: SequenceIndex): Int32Array {
  return windowAt(stream, layout, at, 0);
}

/** A window of the same epoch that is not the sequence's own; undefined where the corpus has a single one. */
export function unrelatedWindow(stream: TokenStream, layout: WindowShape, at: SequenceIndex): Int32Array | undefined {
  const windows = windowCount(stream.length, layout);
  return windows > 1 ? windowAt(stream, layout, at, Math.floor(windows / 2)) : undefined;
}

/** `further`: the number of places after its own in the order of the epoch. */
function windowAt(stream: TokenStream, layout: WindowShape, at: SequenceIndex, further: number): Int32Array {
  const windows = windowCount(stream.length, layout);
  const epoch = Math.floor(at.index / windows);
  const { offset, order } = orderOf({ ...at, epoch, windows, stride: layout.stride });
  const window = order.at((at.index + further) % windows);
  const start = window * layout.stride;
  const overlap = layout.window - layout.stride;
  const count = Math.min(layout.window, stream.length - start + overlap, stream.length);
  return readRing(stream, (offset + start) % stream.length, count);
}

/** A part of training's sequences, by their index. */
export interface TrainingWindows {
  at(index: number): Int32Array;
  /** A window of the same epoch that is not the sequence's own; undefined where the epoch has a single one. */
  unrelated(index: number): Int32Array | undefined;
}

/** Sequences that reach as far as they have room; without `reach`, a stride each. */
export function trainingWindows(
  stream: TokenStream,
  layout: WindowShape,
  of: Omit<SequenceIndex, "index">,
  reach: Reach | undefined,
): TrainingWindows {
  if (reach && stream.length > 0) return packedWindows(stream, layout, of, reach);
  return {
    at: (index) => windowOf(stream, layout, { ...of, index }),
    unrelated: (index) => unrelatedWindow(stream, layout, { ...of, index }),
  };
}

/**
 * Where how much a sequence takes depends on its documents, an epoch's windows follow one another along the ring, each as long as its
 * sequence has room for, from another random place in each epoch. An epoch reads each token once, in a random order of its windows.
 * They are found by reading the corpus once an epoch; an index is looked for from the first epoch on, so the answer is a function of it.
 */
function packedWindows(
  stream: TokenStream,
  layout: WindowShape,
  { seed, part }: Omit<SequenceIndex, "index">,
  reach: Reach,
): TrainingWindows {
  const first = [0];
  let open: { epoch: number; cut: number; starts: number[]; order: Permutation } | undefined;
  const epochAt = (epoch: number) => {
    if (open?.epoch !== epoch) {
      const cut = random(seed, "windows", part, epoch).below(stream.length);
      const starts = windowStarts((at, count) => readRing(stream, (cut + at) % stream.length, count), stream.length, layout.window, reach);
      open = { epoch, cut, starts, order: permutation(starts.length, seed, "windows", part, epoch) };
      first[epoch + 1] = first[epoch]! + starts.length;
    }
    return open;
  };
  const windowAt = (index: number, further: (windows: number) => number): Int32Array | undefined => {
    let epoch = first.findLastIndex((start) => start <= index);
    while (index >= first[epoch]! + epochAt(epoch).starts.length) epoch++;
    const { cut, starts, order } = epochAt(epoch);
    const shift = further(starts.length);
    if (shift === 0 && further !== own) return undefined;
    const window = order.at((index - first[epoch]! + shift) % starts.length);
    const start = starts[window]!;
    return readRing(stream, (cut + start) % stream.length, (starts[window + 1] ?? stream.length) - start);
  };
  return { at: (index) => windowAt(index, own)!, unrelated: (index) => windowAt(index, (windows) => windows >> 1) };
}

const own = () => 0;

/** Where each of consecutive windows begins that sequences have room for. */
function windowStarts(read: (start: number, count: number) => Int32Array, tokens: number, longest: number, reach: Reach): number[] {
  const starts: number[] = [];
  for (let start = 0; start < tokens; ) {
    starts.push(start);
    start += reach(read(start, Math.min(longest, tokens - start)));
  }
  return starts;
}

interface Order {
  /** Where the ring is cut. */
  offset: number;
  order: Permutation;
}

/** A window is asked for as often as there are sequences, its epoch's order is one: kept for some epochs of some parts. */
const orders = new Map<string, Order>();
const keptOrders = 16;

function orderOf(of: { seed: number; part: number; epoch: number; windows: number; stride: number }): Order {
  const { seed, part, epoch, windows, stride } = of;
  const key = `${seed} ${part} ${epoch} ${windows} ${stride}`;
  const known = orders.get(key);
  if (known) return known;
  const made = {
    offset: random(seed, "windows", part, epoch).below(stride),
    order: permutation(windows, seed, "windows", part, epoch),
  };
  if (orders.size === keptOrders) orders.delete(orders.keys().next().value!);
  orders.set(key, made);
  return made;
}

function readRing(stream: TokenStream, start: number, count: number): Int32Array {
  const first = Math.min(count, stream.length - start);
  if (first === count) return stream.read(start, count);
  const tokens = new Int32Array(count);
  tokens.set(stream.read(start, first));
  tokens.set(stream.read(0, count - first), first);
  return tokens;
}

/** Consecutive windows, for evaluation. */
export interface EvaluationWindows {
  count: number;
  at(index: number): Int32Array;
  /** Another window than that at the index; undefined where there is a single one. */
  unrelated(index: number): Int32Array | undefined;
}

/**
 * Windows one stride apart from the first token to the last, the shorter tail included; nothing is left out and, but for what
 * windows share beyond their stride, nothing is read twice. With a limit, about so many tokens in windows spread evenly. Where
 * sequences reach as far as they have room, windows do.
 */
export function evaluationWindows(
  stream: TokenStream,
  layout: WindowShape,
  limitTokens = Number.POSITIVE_INFINITY,
  reach?: Reach,
): EvaluationWindows {
  if (reach) return packedEvaluation(stream, layout, limitTokens, reach);
  const overlap = layout.window - layout.stride;
  const all = stream.length <= layout.window ? Math.min(1, stream.length) : Math.ceil((stream.length - overlap) / layout.stride);
  const count = Math.min(all, Math.max(1, Math.floor(limitTokens / layout.stride)));
  const at = (index: number) => {
    const start = Math.floor((index * all) / count) * layout.stride;
    return stream.read(start, Math.min(layout.window, stream.length - start));
  };
  return { count, at, unrelated: (index) => (count > 1 ? at((index + Math.floor(count / 2)) % count) : undefined) };
}

function packedEvaluation(stream: TokenStream, layout: WindowShape, limitTokens: number, reach: Reach): EvaluationWindows {
  const starts = windowStarts((start, count) => stream.read(start, count), stream.length, layout.window, reach);
  const all = starts.length;
  const count = Math.min(all, Math.max(1, Math.floor((limitTokens * all) / stream.length)));
  const at = (index: number) => {
    const window = Math.floor((index * all) / count);
    return stream.read(starts[window]!, (starts[window + 1] ?? stream.length) - starts[window]!);
  };
  return { count, at, unrelated: (index) => (count > 1 ? at((index + Math.floor(count / 2)) % count) : undefined) };
}
