import {
  cast,
  concat,
  gather,
  logSoftmax,
  mul,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  zeros,
} from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "../contract/plan.ts";
import type { KeyValueCache } from "../models/block.ts";
import { choicesOf, stacksOf } from "../models/choices.ts";
import { atPositions, nextStates, withPosition } from "../models/incremental.ts";
import { project } from "../models/operations/cross-entropy.ts";
import type { Parameter } from "../models/parameters.ts";
import { type Forward, predictionStates, type Sequence, transformer, vocabularyProjection } from "../models/transformer.ts";
import type { Program, ProgramFunction, TensorSpec, Tensors } from "../trace/function.ts";

export interface GenerationSettings {
  model: ResolvedModel;
  parameters: readonly Parameter[];
  /** alpha ÷ rank of low-rank updates, where the parameters have some. */
  loraScale?: number;
  /** Texts side by side, and continuations of each that are kept. */
  texts: number;
  beams: number;
  /** Positions of the longest beginning that the decoder is given. */
  prompt: number;
  /** Positions that the decoder reaches at most. */
  room: number;
  /** Positions of the encoder's input; 0 without one. */
  source: number;
}

/**
 * Decoding with kept keys and values. `begin`: reads the texts → `scores` (texts, V) of the token after the last; `next`: one more
 * token a row, rows being texts × beams → `scores` (rows, V). Scores are logits; with beams, logarithms of probabilities. With
 * beams, `order` says of which row each row is the continuation. State: the parameters, and the cache by layer.
 */
export function generationProgram(settings: GenerationSettings): Program {
  const { parameters, texts, beams, prompt, room, source } = settings;
  const rows = texts * beams;
  const int = (name: string, shape: number[]): TensorSpec => ({ name, shape, dtype: "int32" });
  const side = (prefix: string, length: number) =>
    ["tokens", "positions", "segments"].map((name) => int(`${prefix}${name}`, [texts, length]));
  const caches = cacheState(settings);
  const own: TensorSpec[] = parameters.map(({ name, shape }) => ({ name, shape, dtype: "float32" }));
  const names = own.map(({ name }) => name);
  const begin: ProgramFunction = {
    name: "begin",
    reads: names,
    inputs: [...(source > 0 ? side("source_", source) : []), ...side("", prompt), int("last", [texts])],
    call(state, inputs) {
      const kept: Tensors = {};
      const forward = forwardOf(settings, state);
      const target = sequence(inputs, "");
      const cache = fillingCache(settings, kept, target.segments);
      const states =
        source > 0 ? transformer(forward, sequence(inputs, "source_"), target, cache) : transformer(forward, target, undefined, cache);
      return { state: kept, outputs: { scores: scoresOf(forward, gather(states as Tensor2D, inputs.last as Tensor1D), beams) } };
    },
  };
  const next: ProgramFunction = {
    name: "next",
    reads: [...names, ...caches.map(({ name }) => name)],
    inputs: [
      int("tokens", [rows]),
      int("positions", [rows]),
      ...(beams > 1 ? [int("order", [rows])] : []),
      ...(source > 0 ? [int("source_segments", [rows, source])] : []),
    ],
    call(state, inputs) {
      const kept: Tensors = {};
      const forward = forwardOf(settings, state);
      const cache = growingCache(settings, state, inputs, kept);
      const memory = source > 0 ? inputs.source_segments! : undefined;
      const states = nextStates(forward, { tokens: inputs.tokens!, positions: inputs.positions!, room, cache, memory });
      return { state: kept, outputs: { scores: scoresOf(forward, states, beams) } };
    },
  };
  return { state: [...own, ...caches], functions: [begin, next] };
}

/** Keys and values of each of the decoder's attentions. */
function cacheState({ model, texts, beams, room, source }: GenerationSettings): TensorSpec[] {
  const { headWidth, keyValueHeads } = choicesOf(model);
  const { layers } = stacksOf(model).at(-1)!;
  const of = (name: string, length: number) =>
    ["keys", "values"].map(
      (part): TensorSpec => ({
        name: `${name}.${part}`,
        shape: [texts * beams, keyValueHeads, length, headWidth],
        dtype: "float32",
      }),
    );
  return Array.from({ length: layers }, (_, i) => [
    ...of(`decoder.layers.${i}.attention`, room),
    ...(source > 0 ? of(`decoder.layers.${i}.cross_attention`, source) : []),
  ]).flat();
}

/** Keeps what the texts' beginnings have, once for each continuation; padding leaves zeros, whose place later positions take. */
function fillingCache({ texts, beams, prompt, room }: GenerationSettings, kept: Tensors, segments: Tensor): KeyValueCache {
  const real = cast(reshape(segments, [texts, 1, prompt, 1]), "float32");
  const repeat = (x: Tensor) => (beams === 1 ? x : gather(x, repeated(texts, beams)));
  const keep = (name: string, [keys, values]: [Tensor, Tensor]) => {
    kept[`${name}.keys`] = repeat(keys);
    kept[`${name}.values`] = repeat(values);
  };
  const padded = (x: Tensor): Tensor => {
    const [batch, heads, length, width] = x.shape as [number, number, number, number];
    const whole = mul(x, real);
    return length === room ? whole : concat([whole, zeros([batch, heads, room - length, width])], 2);
  };
  return {
    extend(name, keys, values) {
      keep(name, [padded(keys), padded(values)]);
      return [keys, values];
    },
    memory(name, compute) {
      const computed = compute();
      keep(name, computed);
      return computed;
    },
  };
}

function growingCache({ room, beams }: GenerationSettings, state: Tensors, { positions, order }: Tensors, kept: Tensors): KeyValueCache {
  const at = atPositions(positions!, room);
  const grown = (name: string, added: Tensor): Tensor => {
    const before = beams > 1 ? gather(state[name]!, order as Tensor1D) : state[name]!;
    kept[name] = withPosition(before, added, at);
    return kept[name];
  };
  return {
    extend: (name, keys, values) => [grown(`${name}.keys`, keys), grown(`${name}.values`, values)],
    // the continuations of a text all see its source
    memory: (name) => [state[`${name}.keys`]!, state[`${name}.values`]!],
  };
}

function scoresOf(forward: Forward, states: Tensor, beams: number): Tensor {
  const logits = project(predictionStates(forward, states), vocabularyProjection(forward));
  return beams > 1 ? logSoftmax(logits) : logits;
}

/** 0, 0, 1, 1, … */
function repeated(texts: number, beams: number): Tensor1D {
  return tensor1d(
    Int32Array.from({ length: texts * beams }, (_, row) => Math.floor(row / beams)),
    "int32",
  );
}

function forwardOf({ model, loraScale }: GenerationSettings, state: Tensors): Forward {
  const parameters = loraScale === undefined ? state : { ...state, "lora.scale": tensor1d([loraScale], "float32") };
  return { model, parameters, dropout: { rate: 0, masks: {} } };
}

function sequence(inputs: Tensors, prefix: string): Sequence {
  return { tokens: inputs[`${prefix}tokens`]!, positions: inputs[`${prefix}positions`]!, segments: inputs[`${prefix}segments`]! };
}
