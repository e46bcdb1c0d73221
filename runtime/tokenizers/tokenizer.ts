import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { specialTokenNames } from "#runtime/contract/special-tokens.ts";
import type { Vocabulary } from "#runtime/objectives/objective.ts";
import { byWholeTexts, cutsOf, encoderOf } from "./encoders.ts";
import { type Frame, frameOf } from "./frame.ts";
import { readableText } from "./readable.ts";
import { rolesOf, tokensOf } from "./roles.ts";
import { cutsCharacters, tokenBytes } from "./token-bytes.ts";
import type { AddedToken, TokenizerJson } from "./tokenizer-json.ts";
import { wordEdges } from "./words.ts";

/**
 * Text to ids and back. The tokens that batches need come from batches alone: in a text, `<s>` is three characters like any others. Other
 * added tokens are found in texts, special ones too, as the library finds them.
 */
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
  /** With special tokens and sentinels as they are written, and bytes of no whole character as `<0xE4>`. */
  decodeWithSpecialTokens(ids: ArrayLike<number>): string;
  /** As it stands in the vocabulary. */
  token(id: number): string;
}

/**
 * A model in which no text finds these tokens: unigram looks for all of its pieces. The others make tokens of characters or words and need
 * nothing of the kind.
 */
function without(apart: ReadonlySet<number>, model: TokenizerJson["model"]): TokenizerJson["model"] {
  if (!Array.isArray(model.vocab)) return model;
  return { ...model, vocab: model.vocab.map(([piece, score], id): [string, number] => [apart.has(id) ? hidden(id) : piece, score]) };
}

/**
 * Added tokens are found in texts first, but for those that batches alone have. These keep their places where others stand behind them, as
 * the library counts on from the vocabulary's end.
 */
function foundFirst({ model: { vocab }, added_tokens: added }: TokenizerJson): AddedToken[] {
  if (added.every(({ special }) => special)) return [];
  const size = Array.isArray(vocab) ? vocab.length : Object.keys(vocab).length;
  return added.flatMap((token) => {
    if (!token.special) return [token];
    return token.id < size ? [] : [{ ...token, content: hidden(token.id) }];
  });
}

/** Ids that batches alone have: a first, a last, a mask, padding, the unknown, sentinels, and what a post-processor puts around texts. */
function apartFromTexts(json: TokenizerJson, { vocabulary, frame }: Pick<Tokenizer, "vocabulary" | "frame">): Set<number> {
  const { pad, unknown, begin, end, mask, firstSentinel, sentinels } = vocabulary;
  const apart = new Set([pad, unknown, begin, end, mask]);
  for (let id = firstSentinel; id < firstSentinel + sentinels; id++) apart.add(id);
  for (const piece of [...frame.single, ...frame.pair]) if ("id" in piece) apart.add(piece.id);
  const names = new Set<string>(Object.values(specialTokenNames).flat());
  for (const { id, content, special } of json.added_tokens) if (special && names.has(content)) apart.add(id);
  return apart;
}

/** What stands in no text. */
function hidden(id: number): string {
  return `\u{F0000}${id}\u{F0000}`;
}

/** `folder`: of the tokenizer job. */
export function openTokenizer(folder: string): Tokenizer {
  const written = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as TokenizerJson;
  const tokens = tokensOf(written);
  const vocabulary: Vocabulary = { ...rolesOf(written), ...wordEdges(tokens, written) };
  const frame = frameOf(written, vocabulary);
  const apart = apartFromTexts(written, { vocabulary, frame });
  const isText = (id: number) => !apart.has(id);
  const json = { ...written, added_tokens: written.added_tokens.map((token) => ({ ...token, special: apart.has(token.id) })) };
  // without special tokens the library finds none in a text; how long texts are is for the batches to say
  const native = NativeTokenizer.fromString(
    JSON.stringify({
      ...json,
      added_tokens: foundFirst(json),
      post_processor: null,
      truncation: null,
      padding: null,
      model: without(apart, json.model),
    }),
  );
  const decoder = native.getDecoder();

  const token = (id: number): string => {
    const found = tokens[id];
    if (found === undefined) throw new RangeError(`token ${id} of a vocabulary of ${tokens.length}`);
    return found;
  };
  const decodeOrdinary = (ids: readonly number[]) => (ids.length === 0 ? "" : (decoder?.decode(ids.map(token)) ?? ""));
  const bytesOf = cutsCharacters(json) ? tokenBytes(json) : undefined;
  const decodeReadable = (ids: readonly number[]) => {
    const text = decodeOrdinary(ids);
    return bytesOf && text.includes("\uFFFD") ? readableText(Buffer.concat(ids.map((id) => bytesOf(token(id))))) : text;
  };
  const encodeBatch = encoderOf(json, native, vocabulary.unknown);
  return {
    vocabulary,
    frame,
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
          parts.push(decodeReadable(run), token(id));
          run = [];
        }
      }
      return [...parts, decodeReadable(run)].join("");
    },
    token,
  };
}
