import { Tokenizer as NativeTokenizer } from "tokenizers";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import { requireEnding } from "./trial.ts";

/** An encoded text, with the special tokens that the tokenizer adds. */
export interface EncodedText {
  ids: number[];
  tokens: string[];
  /** Token types. */
  types: number[];
}

/** Encodes as other programs with the same `tokenizer.json` do, without truncation and padding. `where`: place for messages. */
export async function encodeWhole(json: TokenizerJson, text: string, where: string): Promise<EncodedText> {
  const tokenizer = requireReadable(json, where);
  await requireEnding(json, where, [text.toWellFormed()]);
  const encoding = await tokenizer.encode(text.toWellFormed()).catch((error: Error) => {
    throw new JobFailure(`the tokenizer of ${where} cannot encode the text: ${error.message}. Copy its tokenizer.json again`);
  });
  return { ids: encoding.getIds(), tokens: encoding.getTokens(), types: encoding.getTypeIds() };
}

/** The library's tokenizer for a `tokenizer.json`, without truncation and padding. `where`: place for messages. Throws `JobFailure`. */
export function requireReadable(json: TokenizerJson, where: string): NativeTokenizer {
  try {
    return NativeTokenizer.fromString(JSON.stringify({ ...withoutDropout(json), truncation: null, padding: null }));
  } catch (error) {
    throw new JobFailure(`the tokenizer of ${where} cannot be read: ${(error as Error).message}. Copy its tokenizer.json again`);
  }
}

/** The tokenizer without BPE dropout, so that a text always has the same tokens; everything else is a function of the seed. */
export function withoutDropout(json: TokenizerJson): TokenizerJson {
  return "dropout" in json.model ? { ...json, model: { ...json.model, dropout: null } as TokenizerJson["model"] } : json;
}

/** Decodes ids to text, without special tokens. */
export function decodeWhole(json: TokenizerJson, ids: readonly number[]): Promise<string> {
  return NativeTokenizer.fromString(JSON.stringify({ ...withoutDropout(json), truncation: null, padding: null })).decode([...ids], true);
}
