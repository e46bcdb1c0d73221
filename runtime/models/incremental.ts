import {
  cast,
  equal,
  gather,
  greaterEqual,
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
import { choicesOf, stacksOf } from "./choices.ts";
import { embeddings } from "./embeddings.ts";
import { type Forward, get } from "./forward.ts";
import { embed } from "./operations/embedding.ts";
import { runKernel } from "./operations/kernel.ts";
import { bucketOf } from "./positions.ts";
import { runBlocks } from "./transformer.ts";

/** One more token of each row: `tokens` and `positions` (B), int32, in texts of at most `room` positions. */
export interface NextTokens {
  tokens: Tensor;
  positions: Tensor;
  room: number;
  cache: KeyValueCache;
  /** (B, S): 1 where the encoder's input has a token; undefined without an encoder. */
  memory: Tensor | undefined;
}

/** Hidden states (B, C) of the decoder at the next position, from keys and values that the cache keeps of those before. */
export function nextStates(forward: Forward, { tokens, positions, room, cache, memory }: NextTokens): Tensor {
  const { model } = forward;
  const stack = stacksOf(model).at(-1)!;
  const rows = tokens.shape[0] as number;
  const column = (values: Tensor) => reshape(values, [rows, 1]);
  const input = { tokens: column(tokens), positions: column(positions), segments: column(tokens) };
  const reached = greaterEqual(reshape(positions, [rows, 1, 1, 1]), range(room, [1, 1, 1, room]));
  return runBlocks(forward, stack, embeddings(forward, stack.name, input), {
    batch: rows,
    positions: input.positions,
    bias: biasOf(reached),
    relative: model.position === "relative" ? relativeRows(forward, positions, room) : undefined,
    // what its blocks make of the encoder's output is in the cache
    memory: memory && { states: memory, bias: biasOf(equal(reshape(memory, [rows, 1, 1, memory.shape[1] as number]), 1)) },
    cache,
  });
}

/** True at each row's position of (B, 1, room, 1). */
export function atPositions(positions: Tensor, room: number): Tensor {
  return equal(reshape(positions, [positions.shape[0] as number, 1, 1, 1]), range(room, [1, 1, room, 1]));
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

/** (B, H, 1, room): the learned bias of each row's position to all others. */
function relativeRows({ model, parameters }: Forward, positions: Tensor, room: number): Tensor {
  const { relative } = choicesOf(model);
  const buckets = Int32Array.from({ length: room * room }, (_, i) => bucketOf((i % room) - Math.floor(i / room), false, relative));
  const own = gather(tensor(buckets, [room, room], "int32"), positions as Tensor1D);
  const rows = positions.shape[0] as number;
  const biases = embed(get(parameters, "decoder.relative") as Tensor2D, reshape(own, [rows * room]));
  return reshape(transpose(reshape(biases, [rows, room, model.heads]), [0, 2, 1]), [rows, model.heads, 1, room]);
}

/** A cache with one more position: `kept` (B, G, room, W), `added` (B, G, 1, W). */
export function withPosition(kept: Tensor, added: Tensor, at: Tensor): Tensor {
  return runKernel("Insert", { kept, added, at })[0] as Tensor;
}
