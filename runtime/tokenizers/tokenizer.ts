import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { isOrdinary, type Vocabulary } from "#runtime/objectives/objective.ts";
import { byWholeTexts, cutsOf, encoderOf } from "./encoders.ts";
import { type Frame, frameOf } from "./frame.ts";
import { rolesOf, tokensOf } from "./roles.ts";
import type { AddedToken, TokenizerJson } from "./tokenizer-json.ts";
import { wordEdges } from "./words.ts";

/** Text to ids and back. Special tokens come from batches alone: in a text, `<s>` is three characters like any others. */
export interface Tokenizer {
  vocabulary: Vocabulary;
  /** What a text is put into for a task. */
  frame: Frame;
  /** Where a text may be cut without changing its tokens. */
  cuts: ReturnType<typeof cutsOf>;
  /** Without begin and end. */
  encode(text: string): Promise<Int32Array>;
  encodeBatch(texts: readonly string[]): Promise<Int32Array[]>;
  /** The same ids by the library alone, each text at once: slower. */
  encodeWholeBatch(texts: readonly string[]): Promise<Int32Array[]>;
  /** Special tokens and sentinels are left out. */
  decode(ids: ArrayLike<number>): string;
  /** With special tokens and sentinels as they are written. */
  decodeWithSpecialTokens(ids: ArrayLike<number>): string;
  /** As it stands in the vocabulary. */
  token(id: number): string;
}

/**
 * A model in which no text finds the special tokens: unigram looks for all of its pieces. The others make tokens of characters or words
 * and need nothing of the kind.
 */
function withoutSpecial({ model, added_tokens: added }: TokenizerJson, isOrdinary: (id: number) => boolean): TokenizerJson["model"] {
  if (!Array.isArray(model.vocab)) return model;
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const vocab = model.vocab.map(([piece, score], id): [string, number] => [isOrdinary(id) && !special.has(id) ? piece : hidden(id), score]);
  return { ...model, vocab };
}

/**
 * Added tokens that are text like any other are found in texts first; special ones are not. These keep their places where others
 * stand behind them, as the library counts on from the vocabulary's end.
 */
function plainTokens({ model: { vocab }, added_tokens: added }: TokenizerJson): AddedToken[] {
  if (added.every(({ special }) => special)) return [];
  const size = Array.isArray(vocab) ? vocab.length : Object.keys(vocab).length;
  return added.flatMap((token) => {
    if (!token.special) return [token];
    return token.id < size ? [] : [{ ...token, content: hidden(token.id) }];
  });
}

/** What stands in no text. */
function hidden(id: number): string {
  return `\u{F0000}${id}\u{F0000}`;
}

/** `folder`: of the tokenizer job. */
export function openTokenizer(folder: string): Tokenizer {
  const json = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as TokenizerJson;
  const tokens = tokensOf(json);
  const vocabulary: Vocabulary = { ...rolesOf(json), ...wordEdges(tokens, json) };
  const isText = (id: number) => isOrdinary(id, vocabulary);
  // without special tokens the library finds none in a text; how long texts are is for the batches to say
  const native = NativeTokenizer.fromString(
    JSON.stringify({
      ...json,
      added_tokens: plainTokens(json),
      post_processor: null,
      truncation: null,
      padding: null,
      model: withoutSpecial(json, isText),
    }),
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
    frame: frameOf(json, vocabulary),
    cuts: cutsOf(json),
    encodeBatch,
    encodeWholeBatch: byWholeTexts(native),
    encode: async (text) => (await encodeBatch([text]))[0] as Int32Array,
    decode: (ids) => decodeOrdinary(Array.from(ids).filter(isText)),
    decodeWithSpecialTokens(ids) {
      const parts: string[] = [];
      let run: number[] = [];
      for (const id of Array.from(ids)) {
        if (isText(id)) run.push(id);
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
