import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { largest } from "#runtime/contract/reductions.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { Engine } from "#runtime/engines/engine.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { type GenerationSettings, generationProgram, pagesOf } from "#runtime/programs/generation-program.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import type { Values } from "./trainer.ts";

/** A model that writes texts side by side, token after token; one search after another. */
export interface Decoder {
  vocabulary: number;
  /** Forgets what was written → what follows the beginnings, by text. There may be fewer beginnings than texts. */
  begin(beginnings: readonly (readonly number[])[], sources?: readonly (readonly number[])[]): Promise<Following>;
  /** What follows these tokens, one a row. `order`: of which row each is the continuation. */
  next(tokens: readonly number[], order?: readonly number[]): Promise<Following>;
  close(): Promise<void>;
}

/** Scores of all tokens (rows, V), or, if the decoder was opened for greedy decoding, the most probable token (rows). */
export type Following = { scores: Float32Array } | { greedy: Int32Array };

/** How much a decoder has room for. */
export type DecoderRoom = Pick<GenerationSettings, "texts" | "beams" | "prompt" | "room" | "source">;

export interface DecoderOptions extends DecoderRoom, Pick<GenerationSettings, "greedy"> {
  engine: Engine;
  model: ResolvedModel;
  parameters: readonly Parameter[];
  /** alpha ÷ rank of low-rank updates, where the parameters have some. */
  loraScale?: number;
  values: Values;
}

export async function openDecoder({ engine, values, ...settings }: DecoderOptions): Promise<Decoder> {
  const { model, texts, beams, prompt, room, source } = settings;
  const rows = texts * beams;
  const program = generationProgram(settings);
  const session = await engine.open(program);
  const caches = program.state.filter(({ name }) => !Object.hasOwn(values, name));
  await session.write(values);
  await session.write(Object.fromEntries(caches.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))])));
  const pages = pagesOf(room);
  /** Next positions, by row. */
  const reached = new Int32Array(rows);
  /** The place of the cache that all next tokens go to, and by row the first that has one of its text. */
  let place = 0;
  const first = new Int32Array(rows);
  /** By row: where the source has tokens. */
  const seen = new Int32Array(rows * source);
  return {
    vocabulary: model.targets.classes,
    async begin(beginnings, sources) {
      const own = filled(beginnings, texts);
      place = largest(own.map(({ length }) => length));
      const last = Int32Array.from({ length: texts }, (_, text) => text * prompt + place - 1);
      const read = sources ? filled(sources, texts) : [];
      for (let row = 0; row < rows; row++) {
        const text = Math.floor(row / beams);
        reached[row] = own[text]!.length;
        first[row] = place - own[text]!.length;
        for (let at = 0; at < source; at++) seen[row * source + at] = at < read[text]!.length ? 1 : 0;
      }
      const sourceSide = source > 0 ? sideOf(read, source, "source_", () => 0) : {};
      const side = sideOf(own, prompt, "", ({ length }) => place - length);
      return (await session.call("begin", { ...sourceSide, ...side, last })) as Following;
    },
    async next(tokens, order) {
      const page = pages.findLastIndex(({ start }) => start <= place);
      const inputs: Arrays = {
        tokens: Int32Array.from({ length: rows }, (_, row) => tokens[row] ?? 0),
        positions: reached.slice(),
        at: Int32Array.of(place - pages[page]!.start),
        first: first.slice(),
      };
      if (beams > 1) inputs.order = Int32Array.from({ length: rows }, (_, row) => order?.[row] ?? row);
      if (source > 0) inputs.source_segments = seen;
      place++;
      for (let row = 0; row < rows; row++) reached[row]!++;
      return (await session.call(`next.${page}`, inputs)) as Following;
    },
    close: () => session.close(),
  };
}

/** A batch of this many texts: missing ones are the first one again, and are never read. */
function filled(given: readonly (readonly number[])[], texts: number): (readonly number[])[] {
  return Array.from({ length: texts }, (_, text) => given[text] ?? given[0]!);
}

/** `startOf`: the place of a text's first token. */
function sideOf(
  texts: readonly (readonly number[])[],
  length: number,
  prefix: string,
  startOf: (ids: readonly number[]) => number,
): Arrays {
  const table = (value: (ids: readonly number[], at: number) => number) =>
    Int32Array.from({ length: texts.length * length }, (_, i) => {
      const ids = texts[Math.floor(i / length)]!;
      const at = (i % length) - startOf(ids);
      return at >= 0 && at < ids.length ? value(ids, at) : 0;
    });
  return {
    [`${prefix}tokens`]: table((ids, at) => ids[at]!),
    [`${prefix}positions`]: table((_, at) => at),
    [`${prefix}segments`]: table(() => 1),
  };
}
