import {
  cast,
  equal,
  gather,
  greaterEqual,
  logicalAnd,
  mul,
  reshape,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor,
  transpose,
} from "@tensorflow/tfjs-core";
import type { KeyValueCache } from "./block.ts";
import { embeddings } from "./embeddings.ts";
import { type Forward, get } from "./forward.ts";
import { embed } from "./operations/embedding.ts";
import { runKernel } from "./operations/kernel.ts";
import { relativeBucket } from "./positions.ts";
import { stacksOf } from "./stacks.ts";
import { runBlocks } from "./transformer.ts";

/**
 * The next token of each row: `tokens` and `positions` (B), int32. The next tokens of all rows have the same index in the cache, `at` (1),
 * while each row's text begins at its own index, `first` (B), so that texts of different lengths end at the same index. Indices are from 0;
 * `seen` of them are attended to.
 */
export interface NextTokens {
  tokens: Tensor;
  positions: Tensor;
  at: Tensor;
  first: Tensor;
  seen: number;
  cache: KeyValueCache;
  /** (B, S): 1 where the encoder's input has a token; undefined without an encoder. */
  memory: Tensor | undefined;
}

/** Hidden states (B, C) of the decoder at the next position, computed with the cached keys and values of earlier positions. */
export function nextStates(forward: Forward, { tokens, positions, at, first, seen, cache, memory }: NextTokens): Tensor {
  const { model } = forward;
  const stack = stacksOf(model).at(-1)!;
  const rows = tokens.shape[0] as number;
  const column = (values: Tensor) => reshape(values, [rows, 1]);
  const input = { arrays: { tokens: column(tokens) }, positions: column(positions), segments: column(tokens), visible: "past" as const };
  const places = range(seen, [1, 1, 1, seen]);
  const filled = logicalAnd(greaterEqual(reshape(at, [1, 1, 1, 1]), places), greaterEqual(places, reshape(first, [rows, 1, 1, 1])));
  return runBlocks(forward, stack, embeddings(forward, stack.name, input), {
    batch: rows,
    positions: input.positions,
    bias: biasOf(filled),
    relative: model.position === "relative" ? relativeRow(forward, at, seen) : undefined,
    // the keys and values of the encoder's output are in the cache
    memory: memory && { states: memory, bias: biasOf(equal(reshape(memory, [rows, 1, 1, memory.shape[1] as number]), 1)) },
    cache,
  });
}

function biasOf(allowed: Tensor): Tensor {
  return mul(sub(cast(allowed, "float32"), 1), 1e9);
}

function range(size: number, shape: number[]): Tensor {
  return tensor(
    Int32Array.from({ length: size }, (_, i) => i),
    shape,
    "int32",
  );
}

/** (1, H, 1, seen): learned bias of a position relative to all others. */
function relativeRow({ model, parameters }: Forward, at: Tensor, seen: number): Tensor {
  const { relative } = model;
  const buckets = Int32Array.from({ length: seen * seen }, (_, i) => relativeBucket((i % seen) - Math.floor(i / seen), false, relative));
  const own = reshape(gather(tensor(buckets, [seen, seen], "int32"), at as Tensor1D), [seen]);
  const biases = embed(get(parameters, "decoder.relative") as Tensor2D, own);
  return reshape(transpose(biases, [1, 0]), [1, model.heads, 1, seen]);
}

/** `kept` (B, G, T, W) with a new position, `added` (B, G, 1, W), at the index `at` (1); nothing else may read `kept` or its source. */
export function withPosition(kept: Tensor, added: Tensor, at: Tensor): Tensor {
  return runKernel("Insert", { kept, added, at })[0] as Tensor;
}
