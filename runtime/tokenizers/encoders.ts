import type { Tokenizer as NativeTokenizer } from "tokenizers";
import { groupsOfSize } from "#runtime/contract/group.ts";
import { chunksOf } from "#runtime/corpus/safe-breaks.ts";
import { byteAlphabet } from "./byte-alphabet.ts";
import { partsAtSpaces } from "./parting.ts";
import { kindWithoutMerges, type TokenizerJson } from "./tokenizer-json.ts";

/** Encodes texts to ids, without special tokens: the same ids as the native library, but faster. */
export type Encoder = (texts: readonly string[]) => Promise<Int32Array[]>;

/** Where a text may be cut without changing its tokens. */
export function cutsOf(json: TokenizerJson): "anywhere" | "safe breaks" | "nowhere" {
  if (simpleKindOf(json)) return "anywhere";
  return partsAtSpaces(json) ? "safe breaks" : "nowhere";
}

function simpleKindOf(json: TokenizerJson): "characters" | "bytes" | undefined {
  return json.added_tokens.every(({ special }) => special) ? kindWithoutMerges(json) : undefined;
}

/** The fastest encoder for a tokenizer. `native` must not have special tokens, which it would find in texts. */
export function encoderOf(json: TokenizerJson, native: NativeTokenizer, unknown: number): Encoder {
  const simple = simpleKindOf(json);
  if (!simple) return partsAtSpaces(json) ? byChunks(native) : byWholeTexts(native);
  const vocab = json.model.vocab as Record<string, number>;
  const normalizer = native.getNormalizer();
  const encodeOne = simple === "characters" ? byCharacters(vocab, unknown) : byBytes(vocab);
  return async (texts) => texts.map((text) => encodeOne(normalizer?.normalizeString(text) ?? text.toWellFormed()));
}

function byCharacters(vocab: Record<string, number>, unknown: number): (text: string) => Int32Array {
  const idOf = new Map(Object.entries(vocab));
  const idOfUnit = new Int32Array(0x10000).fill(unknown);
  for (const [token, id] of idOf) if (token.length === 1) idOfUnit[token.charCodeAt(0)] = id;
  return (text) => {
    const ids = new Int32Array(text.length);
    let count = 0;
    for (let i = 0; i < text.length; i++, count++) {
      const unit = text.charCodeAt(i);
      const isPair = (unit & 0xfc00) === 0xd800;
      ids[count] = isPair ? (idOf.get(text.slice(i, i + 2)) ?? unknown) : (idOfUnit[unit] as number);
      if (isPair) i++;
    }
    return ids.slice(0, count);
  };
}

function byBytes(vocab: Record<string, number>): (text: string) => Int32Array {
  const idOf = new Int32Array(256);
  for (const { character, byte } of byteAlphabet) idOf[byte] = vocab[character] as number;
  return (text) => {
    const bytes = Buffer.from(text);
    const ids = new Int32Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) ids[i] = idOf[bytes[i] as number] as number;
    return ids;
  };
}

/** Encodes each text as a whole, with the library. */
export function byWholeTexts(native: NativeTokenizer): Encoder {
  return async (texts) => {
    const encoded: Int32Array[] = [];
    for (const group of groups(texts.map((text) => text.toWellFormed()))) {
      for (const each of await native.encodeBatch(group, { addSpecialTokens: false })) encoded.push(Int32Array.from(each.getIds()));
    }
    return encoded;
  };
}

/** Encodes the pieces between safe breaks, and caches them, since texts repeat their words. */
function byChunks(native: NativeTokenizer): Encoder {
  const memory = chunkCache();
  return async (texts) => {
    const missing = new Map<string, Int32Array>();
    const split = texts.map((text) =>
      chunksOf(text.toWellFormed()).map((chunk) => {
        const ids = memory.recall(chunk);
        if (ids === undefined) missing.set(chunk, none);
        return ids ?? chunk;
      }),
    );
    for (const group of groups(missing.keys())) {
      const encodings = await native.encodeBatch(group, { addSpecialTokens: false });
      group.forEach((chunk, i) => {
        const ids = Int32Array.from(encodings[i]?.getIds() ?? []);
        missing.set(chunk, ids);
        // a slice would keep the whole text alive
        if (chunk.length <= rememberedLength) memory.remember(Buffer.from(chunk).toString(), ids);
      });
    }
    return split.map((parts) => joined(parts.map((part) => (typeof part === "string" ? (missing.get(part) as Int32Array) : part))));
  };
}

/** A cache of encoded pieces, which drops those that were not used while about 100,000 others were. */
function chunkCache(): { recall(chunk: string): Int32Array | undefined; remember(chunk: string, ids: Int32Array): void } {
  let recent = new Map<string, Int32Array>();
  let older = new Map<string, Int32Array>();
  const remember = (chunk: string, ids: Int32Array) => {
    if (recent.size >= cachedChunks) {
      older = recent;
      recent = new Map();
    }
    recent.set(chunk, ids);
  };
  return {
    remember,
    recall(chunk) {
      const ids = recent.get(chunk);
      if (ids !== undefined) return ids;
      const found = older.get(chunk);
      if (found !== undefined) remember(Buffer.from(chunk).toString(), found);
      return found;
    },
  };
}

const none = new Int32Array(0);
const cachedChunks = 100_000;
const rememberedLength = 48;
/** Characters per group. The native library needs about 100 bytes per token until JavaScript's garbage collector runs. */
const groupCharacters = 1 << 17;

function groups(texts: Iterable<string>): Iterable<string[]> {
  return groupsOfSize(texts, ({ length }) => length, groupCharacters);
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const ids = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    ids.set(part, at);
    at += part.length;
  }
  return ids;
}
