import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TokenizerResult } from "#runtime/contract/artifacts.ts";
import type { AdoptedTokenizerJob, ExistingTokenizerJob } from "#runtime/contract/plan.ts";
import { JobFailure } from "#runtime/jobs/context.ts";
import { writeWhole } from "../store/files.ts";
import { tokensOf } from "./roles.ts";
import { specialToken, type TokenizerJson } from "./tokenizer-json.ts";
import { requireReadable } from "./whole.ts";

/** Takes over a checkpoint's tokenizer, or a file with what it lacks, as `tokenizer.json`. Throws `JobFailure`. */
export async function adoptTokenizer(job: AdoptedTokenizerJob | ExistingTokenizerJob, into: string): Promise<TokenizerResult> {
  const json = "checkpoint" in job ? checkpointTokenizer(job.checkpoint.folder) : extendedTokenizer(job);
  writeWhole(join(into, "tokenizer.json"), `${JSON.stringify(json, null, 1)}\n`);
  return { vocabulary: tokensOf(json).length };
}

function extendedTokenizer({ file, added }: ExistingTokenizerJob): TokenizerJson {
  const bytes = readFileSync(file.path);
  if (createHash("sha256").update(bytes).digest("hex") !== file.sha256)
    throw new JobFailure(`${file.path} changed since the plan was made; run again, and the plan is made anew`);
  const json = JSON.parse(bytes.toString("utf8")) as TokenizerJson;
  const { length } = tokensOf(json);
  const whole = { ...json, added_tokens: [...(json.added_tokens ?? []), ...added.map((token, i) => specialToken(length + i, token))] };
  requireReadable(whole, file.path);
  return whole;
}

/** The tokenizer of a checkpoint's folder: tokenizer.json, or what older files hold. Throws `JobFailure`. */
export function checkpointTokenizer(folder: string): TokenizerJson {
  const has = (name: string) => existsSync(join(folder, name));
  if (has("tokenizer.json")) return read(join(folder, "tokenizer.json")) as TokenizerJson;
  if (has("vocab.txt")) return wordPiece(folder);
  if (has("vocab.json") && has("merges.txt")) return bytePairs(folder);
  throw new JobFailure(`${folder} has no tokenizer: tokenizer.json, vocab.txt, or vocab.json and merges.txt are read. Copy it there`);
}

interface TokenizerConfig {
  do_lower_case?: boolean;
  strip_accents?: boolean | null;
  tokenize_chinese_chars?: boolean;
  add_prefix_space?: boolean;
}

/** BERT's: a token a line. */
function wordPiece(folder: string): TokenizerJson {
  const config = configOf(folder);
  const tokens = readFileSync(join(folder, "vocab.txt"), "utf8").split(/\r?\n/);
  if (tokens.at(-1) === "") tokens.pop();
  const id = (token: string) => {
    const found = tokens.indexOf(token);
    if (found < 0) throw new JobFailure(`${join(folder, "vocab.txt")} has no ${token}. It is no vocabulary of BERT's kind`);
    return found;
  };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map((content) => special(id(content), content)),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "BertProcessing", sep: ["[SEP]", id("[SEP]")], cls: ["[CLS]", id("[CLS]")] },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, at) => [token, at])),
    } as TokenizerJson["model"],
  };
}

/** GPT-2's, RoBERTa's and BART's: pieces with their ids, and merges in their order. */
function bytePairs(folder: string): TokenizerJson {
  const vocab = read(join(folder, "vocab.json")) as Record<string, number>;
  const lines = readFileSync(join(folder, "merges.txt"), "utf8").split(/\r?\n/);
  const merges = lines.filter((line) => line !== "" && !line.startsWith("#version")).map((line) => line.split(" "));
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: configOf(folder).add_prefix_space ?? false,
    trim_offsets: true,
    use_regex: true,
  };
  const specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"].filter((token) => vocab[token] !== undefined);
  const framed = vocab["<s>"] !== undefined && vocab["</s>"] !== undefined;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specials.map((content) => special(vocab[content]!, content)),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: framed
      ? { type: "RobertaProcessing", sep: ["</s>", vocab["</s>"]], cls: ["<s>", vocab["<s>"]], trim_offsets: true, add_prefix_space: false }
      : { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges,
    } as TokenizerJson["model"],
  };
}

function special(id: number, content: string) {
  // RoBERTa's mask swallows the space before it
  return { ...specialToken(id, content), lstrip: content === "<mask>" };
}

function configOf(folder: string): TokenizerConfig {
  const path = join(folder, "tokenizer_config.json");
  return existsSync(path) ? (read(path) as TokenizerConfig) : {};
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new JobFailure(`${path} is not JSON: ${(error as Error).message}. Copy the checkpoint again`);
  }
}
