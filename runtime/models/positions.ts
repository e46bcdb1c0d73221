import {
  add,
  cast,
  concat,
  equal,
  gather,
  logicalAnd,
  logicalOr,
  mul,
  neg,
  reshape,
  split,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor,
  transpose,
} from "@tensorflow/tfjs-core";
import type { FamilyChoices, ResolvedModel, RotaryChoices } from "#runtime/contract/plan.ts";
import type { Visible } from "./forward.ts";
import { embed } from "./operations/embedding.ts";

/** Position embeddings (T, C), which are added to the token embeddings; undefined if positions are encoded in the attention. */
export function positionTable(model: ResolvedModel, learned: Tensor | undefined): Tensor | undefined {
  if (model.position === "learned") return learned;
  return model.position === "sinusoidal" ? sinusoids(model.context, model.embeddingWidth) : undefined;
}

/**
 * The attention bias (B, 1, Tq, Tk): 0 if a query may attend to a key, otherwise −1e9. Both must belong to the same segment and, unless all
 * is visible, the key must not come later, or must belong to the prefix (Raffel et al. 2020, section 3.2.1 and figure 4).
 */
export function attentionBias(queries: Tensor, keys: Tensor, visible: Visible): Tensor {
  const [batch, q] = queries.shape as [number, number];
  const k = keys.shape[1] as number;
  let allowed: Tensor = equal(reshape(queries, [batch, 1, q, 1]), reshape(keys, [batch, 1, 1, k]));
  if (visible !== "all") {
    const earlier = tensor(lowerTriangle(q), [1, 1, q, k], "bool");
    const seen = visible === "past" ? earlier : logicalOr(earlier, equal(reshape(visible.prefix, [batch, 1, 1, k]), 1));
    allowed = logicalAnd(allowed, seen);
  }
  return mul(sub(cast(allowed, "float32"), 1), 1e9);
}

/** Rotary positions (Su et al. 2021, RoFormer, equation 34), in halves: x (B, H, T, W) rotated by positions (B, T). */
export function applyRotary(x: Tensor, positions: Tensor, context: number, choices: RotaryChoices): Tensor {
  const [batch, , length, width] = x.shape as [number, number, number, number];
  const speeds = frequencies(width / 2, choices);
  const angles = Array.from({ length: context * width }, (_, i) => Math.floor(i / width) * speeds[(i % width) % (width / 2)]!);
  const table = (fn: (angle: number) => number) =>
    reshape(gather(tensor(angles.map(fn), [context, width]), reshape(positions, [batch * length]) as Tensor1D), [batch, 1, length, width]);
  const [first, second] = split(x, 2, -1) as [Tensor, Tensor];
  return add(mul(x, table(Math.cos)), mul(concat([neg(second), first], -1), table(Math.sin)));
}

/** Radians per position, for each pair of numbers. */
function frequencies(pairs: number, { base, scaling }: RotaryChoices): number[] {
  return Array.from({ length: pairs }, (_, pair) => {
    const frequency = base ** (-pair / pairs);
    if (!scaling) return frequency;
    if (scaling.kind === "linear") return frequency / scaling.factor;
    // Llama 3.1's released code: short wavelengths are unchanged, long ones slower by the factor, and those in between are interpolated
    const { factor, low, high, original } = scaling;
    const wavesInContext = (original * frequency) / (2 * Math.PI);
    const share = Math.min(1, Math.max(0, (wavesInContext - low) / (high - low)));
    return frequency * (share + (1 - share) / factor);
  });
}

/**
 * The bias (1, H, T, T) that is added to the score of query i and key j, from the learned table (buckets, H). Raffel et al. 2020,
 * section 2.1.
 */
export function relativeBias(model: ResolvedModel, table: Tensor, length: number, bidirectional: boolean): Tensor {
  const { relative } = model;
  const buckets = Int32Array.from({ length: length * length }, (_, i) =>
    relativeBucket((i % length) - Math.floor(i / length), bidirectional, relative),
  );
  const rows = embed(table as Tensor2D, tensor(buckets, [length * length], "int32"));
  return reshape(transpose(reshape(rows, [length, length, model.heads]), [2, 0, 1]), [1, model.heads, length, length]);
}

/**
 * The bucket of a distance: half of the buckets of a direction are single distances, the others grow logarithmically (T5's released code).
 */
export function relativeBucket(distance: number, bidirectional: boolean, relative: FamilyChoices["relative"]): number {
  const buckets = bidirectional ? relative.buckets / 2 : relative.buckets;
  const base = bidirectional && distance > 0 ? buckets : 0;
  const away = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
  const exact = Math.floor(buckets / 2);
  if (away < exact) return base + away;
  const grown = exact + Math.floor((Math.log(away / exact) / Math.log(relative.distance / exact)) * (buckets - exact));
  return base + Math.min(grown, buckets - 1);
}

function lowerTriangle(size: number): Uint8Array {
  const triangle = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) triangle.fill(1, row * size, row * size + row + 1);
  return triangle;
}

/** Sinusoidal positions (context, hidden). Vaswani et al. 2017, section 3.5. */
function sinusoids(context: number, hidden: number): Tensor {
  const values = Float32Array.from({ length: context * hidden }, (_, i) => {
    const [position, column] = [Math.floor(i / hidden), i % hidden];
    const angle = position / 10000 ** ((2 * Math.floor(column / 2)) / hidden);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return tensor(values, [context, hidden]);
}
