import type { Layout } from "#runtime/objectives/objective.ts";
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
 * The index-th sequence of a part of training. The tokens lie on a ring (behind the last document comes the first); each epoch
 * cuts it from another random place into windows one stride apart and reads these in another random order. So an epoch reads
 * each token once: one window is shorter, and what windows share beyond their stride (a causal window's last target) is
 * read again. A pure function of its arguments.
 */
export function windowOf(stream: TokenStream, layout: WindowShape, at: SequenceIndex): Int32Array {
  return windowAt(stream, layout, at, 0);
}

/** A window of the same epoch that is not the sequence's own; undefined where the corpus has a single one. */
export function windowElsewhere(stream: TokenStream, layout: WindowShape, at: SequenceIndex): Int32Array | undefined {
  const windows = windowCount(stream.length, layout);
  return windows > 1 ? windowAt(stream, layout, at, Math.floor(windows / 2)) : undefined;
}

/** `further`: so many places behind its own in the order of the epoch. */
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
  elsewhere(index: number): Int32Array | undefined;
}

/**
 * Windows one stride apart from the first token to the last, the shorter tail included; nothing is left out and, but for what
 * windows share beyond their stride, nothing is read twice. With a limit, about so many tokens in windows spread evenly.
 */
export function evaluationWindows(stream: TokenStream, layout: WindowShape, limitTokens = Number.POSITIVE_INFINITY): EvaluationWindows {
  const overlap = layout.window - layout.stride;
  const all = stream.length <= layout.window ? Math.min(1, stream.length) : Math.ceil((stream.length - overlap) / layout.stride);
  const count = Math.min(all, Math.max(1, Math.floor(limitTokens / layout.stride)));
  const at = (index: number) => {
    const start = Math.floor((index * all) / count) * layout.stride;
    return stream.read(start, Math.min(layout.window, stream.length - start));
  };
  return { count, at, elsewhere: (index) => (count > 1 ? at((index + Math.floor(count / 2)) % count) : undefined) };
}
