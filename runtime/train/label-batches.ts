import type { ResolvedTask } from "../contract/plan.ts";
import type { Vocabulary } from "../objectives/objective.ts";
import type { Part } from "../programs/training.ts";
import { random, shuffle } from "../random/random.ts";
import type { Arrays } from "../trace/function.ts";
import { type BatchSizes, type BatchSource, toStep } from "./text-batches.ts";

type LabelPart = Extract<Part, { kind: "labels" }>;

/** A text as ids, `<s> … </s>`, and the index of its label. */
export interface LabelledText {
  ids: number[];
  label: number;
}

/** `<s> ids </s>`, cut to the room that there is; a cut text keeps its end token. */
export function framed(ids: ArrayLike<number>, { begin, end }: Pick<Vocabulary, "begin" | "end">, room: number): number[] {
  return [begin, ...Array.from(ids).slice(0, Math.max(0, room - 2)), end];
}

/** Rows of labelled texts in a part's shapes. */
export function labelBatch(
  part: LabelPart,
  rows: readonly (readonly LabelledText[])[],
  batch: number,
  pad: number,
  pooling: ResolvedTask["pool"],
) {
  const { length, slots } = part;
  const tokens = new Int32Array(batch * length).fill(pad);
  const [positions, segments] = [new Int32Array(batch * length), new Int32Array(batch * length)];
  const pool = new Float32Array(batch * slots * length);
  const [labels, weights] = [new Int32Array(batch * slots), new Float32Array(batch * slots)];
  let [tokensRead, predicted] = [0, 0];
  for (const [b, texts] of rows.entries()) {
    let at = 0;
    for (const [slot, { ids, label }] of texts.entries()) {
      const poolRow = (b * slots + slot) * length;
      for (const [position, id] of ids.entries()) {
        const column = at + position;
        tokens[b * length + column] = id;
        positions[b * length + column] = position;
        segments[b * length + column] = slot + 1;
        pool[poolRow + column] = poolWeight(pooling, position, ids.length);
      }
      labels[b * slots + slot] = label;
      weights[b * slots + slot] = 1;
      at += ids.length;
      predicted++;
    }
    tokensRead += at;
  }
  const arrays: Arrays = { tokens, positions, segments, pool, labels, weights };
  return { arrays, tokensRead, predicted };
}

function poolWeight(pooling: ResolvedTask["pool"], position: number, length: number): number {
  if (pooling === "mean") return 1 / length;
  return position === (pooling === "first" ? 0 : length - 1) ? 1 : 0;
}

export interface LabelSource extends BatchSizes {
  texts: readonly LabelledText[];
  part: LabelPart;
  pad: number;
  pooling: ResolvedTask["pool"];
  seed: number;
}

/**
 * Batches of a supervised objective: each epoch's texts in another order, several to a row. Rows are packed in order until the
 * next text does not fit, so that the index-th row can be found again.
 */
export function packedLabelBatches({ texts, part, pad, pooling, seed, batch, accumulate }: LabelSource): BatchSource {
  const firstRow = [0];
  let open: { epoch: number; rows: LabelledText[][] } | undefined;
  const epochRows = (epoch: number): LabelledText[][] => {
    if (open?.epoch !== epoch) {
      const order = shuffle(
        Int32Array.from(texts, (_, i) => i),
        random(seed, "labels", part.name, epoch),
      );
      open = {
        epoch,
        rows: packRows(
          Array.from(order, (i) => texts[i]!),
          part,
        ),
      };
    }
    firstRow[epoch + 1] = firstRow[epoch]! + open.rows.length;
    return open.rows;
  };
  const rowAt = (index: number): LabelledText[] => {
    let epoch = firstRow.findLastIndex((first) => first <= index);
    while (true) {
      const rows = epochRows(epoch);
      const row = rows[index - firstRow[epoch]!];
      if (row) return row;
      epoch++;
    }
  };
  return {
    at(step) {
      const size = batch / accumulate;
      const micro = Array.from({ length: accumulate }, (_, i) =>
        labelBatch(
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

function packRows(texts: readonly LabelledText[], { length, slots }: LabelPart): LabelledText[][] {
  const rows: LabelledText[][] = [];
  let [row, used]: [LabelledText[], number] = [[], 0];
  for (const text of texts) {
    if (row.length === slots || used + text.ids.length > length) {
      rows.push(row);
      [row, used] = [[], 0];
    }
    row.push(text);
    used += text.ids.length;
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
