import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import type { Vocabulary } from "#runtime/objectives/objective.ts";
import { encoderOf } from "./encoders.ts";
import { rolesOf, tokensOf } from "./roles.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import { wordEdges } from "./words.ts";

/** Text to ids and back. Special tokens come from batches alone: in a text, `<s>` is three characters like any others. */
export interface Tokenizer {
  vocabulary: Vocabulary;
  /** Without begin and end. */
  encode(text: string): Promise<Int32Array>;
  encodeBatch(texts: readonly string[]): Promise<Int32Array[]>;
  /** Special tokens and sentinels are left out. */
  decode(ids: ArrayLike<number>): string;
  /** With special tokens and sentinels as they are written. */
  decodeWithSpecialTokens(ids: ArrayLike<number>): string;
  /** As it stands in the vocabulary. */
  token(id: number): string;
}

/** `folder`: of the tokenizer job. */
export function openTokenizer(folder: string): Tokenizer {
  const json = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as TokenizerJson;
  const tokens = tokensOf(json);
  const vocabulary: Vocabulary = { ...rolesOf(json), ...wordEdges(tokens, json) };
  const isOrdinary = (id: number) => id >= vocabulary.firstOrdinary && id < vocabulary.firstSentinel;
  // without added tokens the library finds no special token in a text; how long texts are is for the batches to say
  const native = NativeTokenizer.fromString(
    JSON.stringify({ ...json, added_tokens: [], post_processor: null, truncation: null, padding: null }),
  );
  const decoder = native.getDecoder();

  const token = (id: number): string => {
    const found = tokens[id];
    if (found === undefined) throw new RangeError(`token ${id} of a vocabulary of ${tokens.length}`);
    return found;
  };
  const decodeOrdinary = (ids: readonly number[]) => (ids.length === 0 ? "" : (decoder?.decode(ids.map(token)) ?? ""));
  const encodeBatch = encoderOf(json, native, vocabulary.unknown);
  return {
    vocabulary,
    encodeBatch,
    encode: async (text) => (await encodeBatch([text]))[0] as Int32Array,
    decode: (ids) => decodeOrdinary(Array.from(ids).filter(isOrdinary)),
    decodeWithSpecialTokens(ids) {
      const parts: string[] = [];
      let run: number[] = [];
      for (const id of Array.from(ids)) {
        if (isOrdinary(id)) run.push(id);
        else {
          parts.push(decodeOrdinary(run), token(id));
          run = [];
        }
      }
      return [...parts, decodeOrdinary(run)].join("");
    },
    token,
  };
}
