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
import { wordEdges } from "./word-edges.ts";

/**
 * A tokenizer that encodes text to ids and decodes ids. Special tokens that batches add are not recognised in texts: there, `<s>` is three
 * ordinary characters. Other added tokens, including special ones, are recognised in texts, as in the library.
 */
export interface Tokenizer {
  vocabulary: Vocabulary;
  /** The special-token template for texts of tasks. */
  frame: Frame;
  /** Where a text may be cut without changing its tokens. */
  cuts: ReturnType<typeof cutsOf>;
  /** Encodes a text without begin and end tokens. */
  encode(text: string): Promise<Int32Array>;
  encodeBatch(texts: readonly string[]): Promise<Int32Array[]>;
  /** The same ids, computed by the library from whole texts, which is slower. */
  encodeWholeBatch(texts: readonly string[]): Promise<Int32Array[]>;
  /** Decodes ids without special tokens and sentinels. */
  decode(ids: ArrayLike<number>): string;
  /** Decodes ids with special tokens and sentinels, and with bytes that do not form a character written as `<0xE4>`. */
  decodeWithSpecialTokens(ids: ArrayLike<number>): string;
  /** A token as in the vocabulary. */
  token(id: number): string;
}

/**
 * A model that does not find these tokens in texts. Only unigram searches texts for all of its pieces; other models build tokens from
 * characters or words and need no change.
 */
function without(apart: ReadonlySet<number>, model: TokenizerJson["model"]): TokenizerJson["model"] {
  if (!Array.isArray(model.vocab)) return model;
  return { ...model, vocab: model.vocab.map(([piece, score], id): [string, number] => [apart.has(id) ? hidden(id) : piece, score]) };
}

/**
 * The added tokens that are recognised in texts, without those that only batches add. These keep their places if others follow them, since
 * the library derives ids from the end of the vocabulary.
 */
function foundFirst({ model: { vocab }, added_tokens: added }: TokenizerJson): AddedToken[] {
  if (added.every(({ special }) => special)) return [];
  const size = Array.isArray(vocab) ? vocab.length : Object.keys(vocab).length;
  return added.flatMap((token) => {
    if (!token.special) return [token];
    return token.id < size ? [] : [{ ...token, content: hidden(token.id) }];
  });
}

/** Ids that only batches add: begin, end, mask, padding, unknown, sentinels, and the tokens of the special-token template. */
function apartFromTexts(json: TokenizerJson, { vocabulary, frame }: Pick<Tokenizer, "vocabulary" | "frame">): Set<number> {
  const { pad, unknown, begin, end, mask, firstSentinel, sentinels } = vocabulary;
  const apart = new Set([pad, unknown, begin, end, mask]);
  for (let id = firstSentinel; id < firstSentinel + sentinels; id++) apart.add(id);
  for (const piece of [...frame.single, ...frame.pair]) if ("id" in piece) apart.add(piece.id);
  const names = new Set<string>(Object.values(specialTokenNames).flat());
  for (const { id, content, special } of json.added_tokens) if (special && names.has(content)) apart.add(id);
  return apart;
}

/** A string for an id that does not occur in texts. */
function hidden(id: number): string {
  return `\u{F0000}${id}\u{F0000}`;
}

/** Opens the tokenizer of a run folder. `folder`: that of the tokenizer job. */
export function openTokenizer(folder: string): Tokenizer {
  const written = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as TokenizerJson;
  const tokens = tokensOf(written);
  const vocabulary: Vocabulary = { ...rolesOf(written), ...wordEdges(tokens, written) };
  const frame = frameOf(written, vocabulary);
  const apart = apartFromTexts(written, { vocabulary, frame });
  const isText = (id: number) => !apart.has(id);
  const json = { ...written, added_tokens: written.added_tokens.map((token) => ({ ...token, special: apart.has(token.id) })) };
  // without special tokens, the library finds none in texts; batches determine the length of texts
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
