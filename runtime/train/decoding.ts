import type { ResolvedModel } from "../contract/plan.ts";
import type { Engine } from "../engines/engine.ts";
import type { Parameter } from "../models/parameters.ts";
import { type GenerationSettings, generationProgram } from "../programs/generation.ts";
import type { Arrays } from "../trace/function.ts";
import type { Values } from "./trainer.ts";

/** A model that writes texts side by side, token after token. */
export interface Decoding {
  rows: number;
  vocabulary: number;
  /** Scores of what follows the beginnings: (texts, V). */
  begin(): Promise<Float32Array>;
  /** Scores of what follows these tokens, one a row: (rows, V). `order`: of which row each is the continuation. */
  next(tokens: readonly number[], order?: readonly number[]): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface DecodingOptions {
  engine: Engine;
  model: ResolvedModel;
  parameters: readonly Parameter[];
  values: Values;
  /** What the decoder begins with: of each text at least one token. */
  beginnings: readonly (readonly number[])[];
  /** What the encoder reads; undefined without one. */
  sources: readonly (readonly number[])[] | undefined;
  beams: number;
  /** Positions that the longest text may reach. */
  room: number;
}

export async function openDecoding(options: DecodingOptions): Promise<Decoding> {
  const { engine, model, parameters, values, beginnings, sources, beams, room } = options;
  const texts = beginnings.length;
  const rows = texts * beams;
  const [prompt, source] = [longest(beginnings), sources ? longest(sources) : 0];
  const settings: GenerationSettings = { model, parameters, texts, beams, prompt, room, source };
  const program = generationProgram(settings);
  const session = await engine.open(program);
  const caches = program.state.filter(({ name }) => !Object.hasOwn(values, name));
  await session.write(values);
  await session.write(Object.fromEntries(caches.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))])));
  const sourceSide = sources ? sideOf(sources, source, "source_") : {};
  // next positions, by row
  const reached = Int32Array.from({ length: rows }, (_, row) => beginnings[Math.floor(row / beams)]!.length);
  const seen = Int32Array.from({ length: rows * source }, (_, i) => {
    const [row, at] = [Math.floor(i / source), i % source];
    return at < sources![Math.floor(row / beams)]!.length ? 1 : 0;
  });
  return {
    rows,
    vocabulary: model.vocabulary,
    async begin() {
      const last = Int32Array.from(beginnings, ({ length }, text) => text * prompt + length - 1);
      return (await session.call("begin", { ...sourceSide, ...sideOf(beginnings, prompt, ""), last })).scores as Float32Array;
    },
    async next(tokens, order) {
      const inputs: Arrays = { tokens: Int32Array.from(tokens), positions: reached.slice() };
      if (beams > 1) inputs.order = Int32Array.from(order!);
      if (source > 0) inputs.source_segments = seen;
      // all continuations of a text are of one length
      for (let row = 0; row < rows; row++) reached[row] = Math.min(reached[row]! + 1, room - 1);
      return (await session.call("next", inputs)).scores as Float32Array;
    },
    close: () => session.close(),
  };
}

function longest(texts: readonly (readonly number[])[]): number {
  return Math.max(...texts.map(({ length }) => length));
}

function sideOf(texts: readonly (readonly number[])[], length: number, prefix: string): Arrays {
  const table = (value: (ids: readonly number[], at: number) => number) =>
    Int32Array.from({ length: texts.length * length }, (_, i) => {
      const [ids, at] = [texts[Math.floor(i / length)]!, i % length];
      return at < ids.length ? value(ids, at) : 0;
    });
  return {
    [`${prefix}tokens`]: table((ids, at) => ids[at]!),
    [`${prefix}positions`]: table((_, at) => at),
    [`${prefix}segments`]: table(() => 1),
  };
}
