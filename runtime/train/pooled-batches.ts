import type { HeadPooling } from "#runtime/contract/spec.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { packedRows } from "./packed-rows.ts";
import { type BatchSizes, type BatchSource, toStep } from "./text-batches.ts";

/** A text as ids, and what a head should answer: the index of its label, or a number. */
export interface LabelledText {
  ids: number[];
  /** Token types. */
  types: number[];
  answer: number;
}

/** Rows of texts, of which each becomes one vector, in a part's shapes. */
export function pooledBatch(part: HeadPart, rows: readonly (readonly LabelledText[])[], batch: number, pad: number, pooling: HeadPooling) {
  const { length, slots } = part;
  const tokens = new Int32Array(batch * length).fill(pad);
  const [positions, segments, types] = Array.from({ length: 3 }, () => new Int32Array(batch * length)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const pool = new Float32Array(batch * slots * length);
  const answers = part.form === "value" ? new Float32Array(batch * slots) : new Int32Array(batch * slots);
  const weights = new Float32Array(batch * slots);
  let [tokensRead, predicted] = [0, 0];
  for (const [b, texts] of rows.entries()) {
    let at = 0;
    for (const [slot, { ids, types: own, answer }] of texts.entries()) {
      const poolRow = (b * slots + slot) * length;
      for (const [position, id] of ids.entries()) {
        const column = at + position;
        tokens[b * length + column] = id;
        positions[b * length + column] = position;
        segments[b * length + column] = slot + 1;
        pool[poolRow + column] = poolWeight(pooling, position, ids.length);
      }
      types.set(own, b * length + at);
      answers[b * slots + slot] = answer;
      weights[b * slots + slot] = 1;
      at += ids.length;
      predicted++;
    }
    tokensRead += at;
  }
  const arrays: Arrays = { tokens, positions, segments, types, pool, [part.form === "value" ? "values" : "labels"]: answers, weights };
  return { arrays, tokensRead, predicted };
}

function poolWeight(pooling: HeadPooling, position: number, length: number): number {
  if (pooling === "mean") return 1 / length;
  return position === (pooling === "last" ? length - 1 : 0) ? 1 : 0;
}

export interface PooledSource extends BatchSizes {
  texts: readonly LabelledText[];
  part: HeadPart;
  pad: number;
  pooling: HeadPooling;
  seed: number;
}

/** Batches of a supervised objective whose texts become one vector each: several to a row. */
export function packedBatches({ texts, part, pad, pooling, seed, batch, accumulate }: PooledSource): BatchSource {
  const used = (row: readonly LabelledText[]) => row.reduce((sum, { ids }) => sum + ids.length, 0);
  const rowAt = packedRows({
    items: texts,
    fits: (row, next) => row.length < part.slots && used(row) + next.ids.length <= part.length,
    path: [seed, "labels", part.name],
  });
  return {
    at(step) {
      const size = batch / accumulate;
      const micro = Array.from({ length: accumulate }, (_, i) =>
        pooledBatch(
          part,
          Array.from({ length: size }, (_, j) => rowAt(step * batch + i * size + j)),
          size,
          pad,
          pooling,
        ),
      );
      return toStep(micro);
    },
  };
}
