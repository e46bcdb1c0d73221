import { add, argMax, concat, gather, logSoftmax, split, type Tensor, type Tensor1D, tensor1d, zeros } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { KeyValueCache } from "#runtime/models/block.ts";
import { nextStates, withPosition } from "#runtime/models/incremental.ts";
import { project } from "#runtime/models/operations/cross-entropy.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { stacksOf } from "#runtime/models/stacks.ts";
import { type Forward, predictionStates, targetProjection, transformer } from "#runtime/models/transformer.ts";
import type { Program, ProgramFunction, TensorSpec, Tensors } from "#runtime/trace/function.ts";
import { int } from "./inputs.ts";
import { givenVisibility } from "./reading.ts";
import { sequence, sideInputs } from "./sequence.ts";

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
  /** Places that the decoder reaches at most. */
  room: number;
  /** Positions of the encoder's input; 0 without one. */
  source: number;
  /** Greedy decoding: the most probable token that is not forbidden, instead of scores. */
  greedy?: { forbidden: readonly number[] };
}

/**
 * Decoding with cached keys and values, in pages of the places that texts have side by side. `begin`: reads the texts → `scores`
 * (texts, V) of the token after the last; `next.P`: one more token a row, rows being texts × beams, to a place of page P, the
 * last that it looks at → `scores` (rows, V). Scores are logits; with beams, logarithms of probabilities. With
 * beams, `order` says of which row each row is the continuation. With greedy decoding, `greedy` is the only
 * output. State: the parameters, and the cache by layer and page.
 */
export function generationProgram(settings: GenerationSettings): Program {
  const { model, parameters, texts, beams, prompt, room, source } = settings;
  const rows = texts * beams;
  const caches = cacheState(settings);
  const own: TensorSpec[] = parameters.map(({ name, shape }) => ({ name, shape, dtype: "float32" }));
  const names = own.map(({ name }) => name);
  const begin: ProgramFunction = {
    name: "begin",
    reads: names,
    inputs: [
      ...(source > 0 ? sideInputs(model, "source_", texts, source) : []),
      ...sideInputs(model, "", texts, prompt),
      int("last", [texts]),
    ],
    call(state, inputs) {
      const kept: Tensors = {};
      const forward = forwardOf(settings, state);
      const target = { ...sequence(inputs, "", source > 0 ? "past" : givenVisibility(model)), targetPositions: inputs.last! };
      const cache = fillingCache(settings, kept);
      const states =
        source > 0
          ? transformer(forward, sequence(inputs, "source_", "all"), target, cache)
          : transformer(forward, target, undefined, cache);
      return { state: kept, outputs: outputsOf(settings, forward, states) };
    },
  };
  const next = pagesOf(room).map(
    ({ size, start }, page): ProgramFunction => ({
      name: `next.${page}`,
      reads: [...names, ...caches.filter((cache) => (cache.page ?? 0) <= page).map(({ name }) => name)],
      inputs: [
        int("tokens", [rows]),
        int("positions", [rows]),
        int("at", [1]),
        int("first", [rows]),
        ...(beams > 1 ? [int("order", [rows])] : []),
        ...(source > 0 ? [int("source_segments", [rows, source])] : []),
      ],
      call(state, inputs) {
        const kept: Tensors = {};
        const forward = forwardOf(settings, state);
        const cache = growingCache(settings, page, state, inputs, kept);
        const memory = source > 0 ? inputs.source_segments! : undefined;
        const { tokens, positions, first } = inputs as Record<"tokens" | "positions" | "first", Tensor>;
        const at = start === 0 ? inputs.at! : add(inputs.at!, tensor1d([start], "int32"));
        const states = nextStates(forward, { tokens, positions, first, at, seen: start + size, cache, memory });
        return { state: kept, outputs: outputsOf(settings, forward, states) };
      },
    }),
  );
  return { state: [...own, ...caches.map(({ page: _, ...spec }) => spec)], functions: [begin, ...next] };
}

/** A stretch of the cache. */
interface Page {
  /** Its first place. */
  start: number;
  size: number;
}

/**
 * Attention reads the pages that have something in them, and no program is compiled for each length: more pages are less to read,
 * and more programs.
 */
export function pagesOf(room: number): Page[] {
  const size = Math.max(smallestPage, Math.ceil(room / maxPages));
  return Array.from({ length: Math.ceil(room / size) }, (_, i) => ({ start: i * size, size: Math.min(size, room - i * size) }));
}

const smallestPage = 32;
const maxPages = 8;

/** Keys and values of each of the decoder's attentions; those of its own texts by page. */
function cacheState({ model, texts, beams, room, source }: GenerationSettings): (TensorSpec & { page?: number })[] {
  const { headWidth, keyValueHeads } = model;
  const { layers } = stacksOf(model).at(-1)!;
  const spec = (name: string, length: number): TensorSpec => ({
    name,
    shape: [texts * beams, keyValueHeads, length, headWidth],
    dtype: "float32",
  });
  return Array.from({ length: layers }, (_, i) =>
    ["keys", "values"].flatMap((part) => [
      ...pagesOf(room).map(({ size }, page) => ({ ...spec(pageName(`decoder.layers.${i}.attention.${part}`, page), size), page })),
      ...(source > 0 ? [spec(`decoder.layers.${i}.cross_attention.${part}`, source)] : []),
    ]),
  ).flat();
}

const pageName = (name: string, page: number) => `${name}.${page}`;

/** Keeps what the texts' beginnings have, once for each continuation, in as many pages as they reach. */
function fillingCache({ texts, beams, prompt, room }: GenerationSettings, kept: Tensors): KeyValueCache {
  const repeat = (x: Tensor) => (beams === 1 ? x : gather(x, repeated(texts, beams)));
  const pages = pagesOf(room).filter(({ start }) => start < prompt);
  const keep = (name: string, x: Tensor) => {
    const [batch, heads, , width] = x.shape as [number, number, number, number];
    const left = pages.reduce((sum, { size }) => sum + size, 0) - prompt;
    const whole = left === 0 ? x : concat([x, zeros([batch, heads, left, width])], 2);
    const sizes = pages.map(({ size }) => size);
    const parts = pages.length === 1 ? [whole] : split(whole, sizes, 2);
    for (const [page, part] of parts.entries()) kept[pageName(name, page)] = repeat(part);
  };
  return {
    extend(name, keys, values) {
      keep(`${name}.keys`, keys);
      keep(`${name}.values`, values);
      return [[keys], [values]];
    },
    memory(name, compute) {
      const [keys, values] = compute();
      kept[`${name}.keys`] = repeat(keys);
      kept[`${name}.values`] = repeat(values);
      return [keys, values];
    },
  };
}

/** Puts what is new into the last page that is looked at. */
function growingCache({ beams }: GenerationSettings, last: number, state: Tensors, { at, order }: Tensors, kept: Tensors): KeyValueCache {
  const grown = (name: string, added: Tensor): Tensor[] =>
    Array.from({ length: last + 1 }, (_, page) => {
      const own = pageName(name, page);
      const before = beams > 1 ? gather(state[own]!, order as Tensor1D) : state[own]!;
      const after = page === last ? withPosition(before, added, at!) : before;
      if (after !== state[own]) kept[own] = after;
      return after;
    });
  return {
    extend: (name, keys, values) => [grown(`${name}.keys`, keys), grown(`${name}.values`, values)],
    // the continuations of a text all see its source
    memory: (name) => [state[`${name}.keys`]!, state[`${name}.values`]!],
  };
}

function outputsOf({ beams, model, greedy }: GenerationSettings, forward: Forward, states: Tensor): Tensors {
  const logits = project(predictionStates(forward, states), targetProjection(forward));
  if (!greedy) return { scores: beams > 1 ? logSoftmax(logits) : logits };
  const allowed = new Float32Array(model.targets.classes);
  for (const token of greedy.forbidden) allowed[token] = -1e9;
  return { greedy: argMax(greedy.forbidden.length > 0 ? add(logits, tensor1d(allowed)) : logits, -1) };
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
