import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { largest } from "#runtime/contract/reductions.ts";
import { stacksOf } from "#runtime/models/stacks.ts";
import { isWritten, type Vocabulary } from "#runtime/objectives/objective.ts";
import { lengthBucket } from "#runtime/tasks/buckets.ts";
import type { Frame } from "#runtime/tokenizers/frame.ts";
import type { Decoder, DecoderRoom } from "./decoding.ts";
import { type Choosing, openingFor, search } from "./search.ts";
import { sourceIds } from "./tasks/text-to-text-parts.ts";
import type { Trainer } from "./trainer.ts";

export interface Writing {
  trainer: Pick<Trainer, "openDecoder">;
  model: ResolvedModel;
  vocabulary: Vocabulary;
  /** Around every source. */
  frame: Frame;
  /** Hypotheses that are kept of each text. */
  beams: number;
  /** Tokens of a text at the most. */
  longest: number;
}

/**
 * The text that the model writes for each source, without special tokens: by beam search, or with one beam by greedy decoding. Of the finished
 * hypotheses the one with the highest mean log-probability of its tokens is taken (Wu et al. 2016, section 7, with the length
 * penalty's α = 1).
 */
export async function writeTexts(sources: readonly (readonly number[])[], writing: Writing): Promise<number[][]> {
  const { model, vocabulary, frame, beams, longest } = writing;
  const { begin, end } = vocabulary;
  const twoSided = model.architecture === "encoder-decoder";
  const read = sources.map((ids) => sourceIds(ids, frame));
  const order = Array.from(read.keys()).sort((a, b) => read[a]!.length - read[b]!.length);
  const written: number[][] = new Array(sources.length);
  const choosing: Choosing = beams > 1 ? { kind: "beams", beams, lengthPenalty: 1 } : { kind: "greedy" };
  const allowed = (token: number) => isWritten(token, vocabulary);
  const opening = openingFor(choosing, model.targets.classes, allowed);
  let open: { room: DecoderRoom; decoder: Decoder } | undefined;
  try {
    for (let start = 0; start < order.length; ) {
      const room = roomFor(
        order.slice(start, start + maxRows).map((index) => read[index]!.length),
        writing,
      );
      const indices = order.slice(start, start + room.texts);
      start += indices.length;
      if (open && !isSame(open.room, room)) {
        await open.decoder.close();
        open = undefined;
      }
      open ??= { room, decoder: await writing.trainer.openDecoder({ ...room, ...opening }) };
      const texts = indices.map((index) => read[index]!);
      const beginnings = twoSided ? texts.map(() => [begin]) : texts;
      const options = {
        beginnings,
        ...(twoSided ? { sources: texts } : {}),
        ends: [end],
        length: Math.min(room.room, largest(beginnings.map((ids) => ids.length)) + longest),
        forcedEnd: null,
        allowed,
      };
      const results = await search(open.decoder, options, choosing);
      for (const [i, index] of indices.entries()) {
        const ids = results[i]!.slice(beginnings[i]!.length);
        written[index] = ids.at(-1) === end ? ids.slice(0, -1) : ids;
      }
    }
  } finally {
    await open?.decoder.close();
  }
  return written;
}

/** Rows side by side: more of them cost hardly more time, until what is kept of each no longer fits into the caches. */
const maxRows = 64;
const maxKept = 256 * 1024 * 1024;

/** Room for as many of these texts, short ones first, as are written side by side; in few sizes, as a program is compiled for each. */
function roomFor(lengths: readonly number[], { model, beams, longest }: Writing): DecoderRoom {
  const twoSided = model.architecture === "encoder-decoder";
  const size = (length: number) => {
    const source = lengthBucket(length, model.context);
    const prompt = twoSided ? 1 : source;
    return { prompt, room: Math.min(prompt + longest, model.context), source: twoSided ? source : 0 };
  };
  const { headWidth, keyValueHeads } = model;
  const keptAtOnePosition = 2 * 4 * stacksOf(model).at(-1)!.layers * keyValueHeads * headWidth;
  const rowsOf = ({ room, source }: Pick<DecoderRoom, "room" | "source">) =>
    Math.max(beams, Math.min(maxRows, Math.floor(maxKept / (keptAtOnePosition * (room + source)))));
  const max = size(largest(lengths));
  return { texts: Math.floor(rowsOf(max) / beams), beams, ...max };
}

function isSame(one: DecoderRoom, other: DecoderRoom): boolean {
  return (Object.keys(one) as (keyof DecoderRoom)[]).every((key) => one[key] === other[key]);
}
