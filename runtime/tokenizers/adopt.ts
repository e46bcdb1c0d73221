import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TokenizerResult } from "#runtime/contract/artifacts.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { AdoptedTokenizerJob, ExistingTokenizerJob } from "#runtime/contract/plan.ts";
import { jsonIn } from "#runtime/models/checkpoints/checkpoint-json.ts";
import { type Companions, companionsOf } from "#runtime/models/checkpoints/companion-tokens.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import { disk } from "#runtime/runs/disk.ts";
import { writeWhole } from "#runtime/runs/whole-files.ts";
import { tokensOf } from "./roles.ts";
import { bytePairModel, specialToken, type TokenizerJson } from "./tokenizer-json.ts";
import { requireEnding } from "./trial.ts";
import { requireReadable, withoutDropout } from "./whole.ts";

/** Adopts the tokenizer of a checkpoint, or of a file with the tokens that it lacks, as `tokenizer.json`. Throws `JobFailure`. */
export async function adoptTokenizer(job: AdoptedTokenizerJob | ExistingTokenizerJob, into: string): Promise<TokenizerResult> {
  const json = withoutDropout("checkpoint" in job ? checkpointTokenizer(job.checkpoint.folder) : extendedTokenizer(job));
  await requireEnding(json, "checkpoint" in job ? job.checkpoint.folder : job.file.path);
  writeWhole(join(into, "tokenizer.json"), `${JSON.stringify(json, null, 1)}\n`);
  return { vocabulary: tokensOf(json).length };
}

function extendedTokenizer({ file, added }: ExistingTokenizerJob): TokenizerJson {
  const bytes = readFileSync(file.path);
  if (createHash("sha256").update(bytes).digest("hex") !== file.sha256)
    throw new JobFailure(`${file.path} changed since the plan was made; run again to make a new plan`);
  const json = JSON.parse(bytes.toString("utf8")) as TokenizerJson;
  const { length } = tokensOf(json);
  const whole = {
    ...withoutHoles(json),
    added_tokens: [...(json.added_tokens ?? []), ...added.map((token, i) => specialToken(length + i, token))],
  };
  requireReadable(whole, file.path);
  return whole;
}

/**
 * Fills holes among the ids with entries that occur in no text, since the library derives the ids of added tokens from the entries' number.
 */
function withoutHoles(json: TokenizerJson): TokenizerJson {
  const { vocab } = json.model;
  if (Array.isArray(vocab)) return json;
  const taken = new Set(Object.values(vocab));
  const holes = tokensOf({ ...json, added_tokens: [] }).flatMap((token, id) => (taken.has(id) ? [] : [[token, id] as const]));
  if (holes.length === 0) return json;
  const filled = Object.fromEntries([...Object.entries(vocab), ...holes]);
  return { ...json, model: { ...json.model, vocab: filled } as TokenizerJson["model"] };
}

/**
 * The tokenizer of a checkpoint's folder: tokenizer.json or the equivalent older files, with the settings of the files next to it. Throws
 * `JobFailure`.
 */
export function checkpointTokenizer(folder: string): TokenizerJson {
  const has = (name: string) => existsSync(join(folder, name));
  const companions = companionsOf((name) => (has(name) ? objectIn(join(folder, name)) : undefined));
  return withCompanions(vocabularyIn(folder, has, companions), companions);
}

function vocabularyIn(folder: string, has: (name: string) => boolean, companions: Companions): TokenizerJson {
  if (has("tokenizer.json")) return configured(objectIn(join(folder, "tokenizer.json")) as TokenizerJson, companions);
  if (has("vocab.txt")) return wordPiece(folder, companions);
  if (has("vocab.json") && has("merges.txt")) return bytePairs(folder, companions);
  throw new JobFailure(`${folder} has no tokenizer: expected tokenizer.json, vocab.txt, or vocab.json and merges.txt. Copy it there`);
}

/** Appends the tokens of the companion files that the vocabulary lacks, in their order, and applies the settings of the others. */
function withCompanions(json: TokenizerJson, { tokens }: Companions): TokenizerJson {
  const known = new Map(tokensOf(json).map((token, id) => [token, id]));
  const added = new Map((json.added_tokens ?? []).map((token) => [token.content, token]));
  let next = known.size === 0 ? 0 : tokensOf(json).length;
  for (const token of tokens) {
    const id = known.get(token.content) ?? next++;
    added.set(token.content, { ...added.get(token.content), ...token, id });
  }
  return { ...withoutHoles(json), added_tokens: [...added.values()].sort((a, b) => a.id - b.id) };
}

/** Applies the configuration as Transformers' classes do; its general class changes nothing in a tokenizer.json. */
function configured(json: TokenizerJson, { config, named }: Companions): TokenizerJson {
  const normalizer = json.normalizer as { type?: string } | null;
  const pre = json.pre_tokenizer as { type?: string } | null;
  const ofFamily = typeof config.tokenizer_class === "string" && !/^(PreTrainedTokenizer|TokenizersBackend)/.test(config.tokenizer_class);
  if (!ofFamily) return json;
  const changed = { ...json, model: withUnknown(json.model, named.unk_token) };
  if (normalizer?.type === "BertNormalizer") return { ...changed, normalizer: { ...normalizer, ...bertNormalization(config) } };
  if (pre?.type !== "ByteLevel" || typeof config.add_prefix_space !== "boolean") return changed;
  return { ...changed, pre_tokenizer: { ...pre, add_prefix_space: config.add_prefix_space } };
}

function withUnknown(model: TokenizerJson["model"], unknown: string | undefined): TokenizerJson["model"] {
  const isNamed = "unk_token" in model && unknown !== undefined && !Array.isArray(model.vocab) && Object.hasOwn(model.vocab, unknown);
  return isNamed ? ({ ...model, unk_token: unknown } as TokenizerJson["model"]) : model;
}

function bertNormalization(config: Companions["config"]) {
  const setting = (name: string, usual: boolean) => (typeof config[name] === "boolean" ? config[name] : usual);
  return {
    lowercase: setting("do_lower_case", true),
    strip_accents: typeof config.strip_accents === "boolean" ? config.strip_accents : null,
    handle_chinese_chars: setting("tokenize_chinese_chars", true),
  };
}

/** The tokenizer of BERT's vocab.txt, which has one token per line. */
function wordPiece(folder: string, { config, named }: Companions): TokenizerJson {
  const tokens = readFileSync(join(folder, "vocab.txt"), "utf8").split(/\r?\n/);
  if (tokens.at(-1) === "") tokens.pop();
  const id = (token: string) => {
    const found = tokens.indexOf(token);
    if (found < 0) throw new JobFailure(`${join(folder, "vocab.txt")} has no ${token}, so it is not a vocabulary in BERT's format`);
    return found;
  };
  const { pad_token: pad = "[PAD]", unk_token: unknown = "[UNK]", mask_token: mask = "[MASK]" } = named;
  const { cls_token: cls = "[CLS]", sep_token: sep = "[SEP]" } = named;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [pad, unknown, cls, sep, mask].map((content) => special(id(content), content)),
    normalizer: { type: "BertNormalizer", clean_text: true, ...bertNormalization(config) },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "BertProcessing", sep: [sep, id(sep)], cls: [cls, id(cls)] },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: unknown,
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, at) => [token, at])),
    } as TokenizerJson["model"],
  };
}

/** The tokenizer of GPT-2, RoBERTa and BART: pieces with their ids, and ordered merges. */
function bytePairs(folder: string, { config }: Companions): TokenizerJson {
  const vocab = objectIn(join(folder, "vocab.json")) as Record<string, number>;
  const lines = readFileSync(join(folder, "merges.txt"), "utf8").split(/\r?\n/);
  const merges = lines.filter((line) => line !== "" && !line.startsWith("#version")).map((line) => line.split(" "));
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: config.add_prefix_space === true,
    trim_offsets: true,
    use_regex: true,
  };
  const specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"].filter((token) => Object.hasOwn(vocab, token));
  const framed = Object.hasOwn(vocab, "<s>") && Object.hasOwn(vocab, "</s>");
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
    model: { ...bytePairModel, vocab, merges } as TokenizerJson["model"],
  };
}

function special(id: number, content: string) {
  // RoBERTa's mask token includes the space before it
  return { ...specialToken(id, content), lstrip: content === "<mask>" };
}

/** The JSON object in a file, whose nesting and size are limited. */
function objectIn(path: string): Record<string, unknown> {
  try {
    return jsonIn(path, maxBytes, disk);
  } catch (error) {
    throw error instanceof CheckpointError ? new JobFailure(error.message) : error;
  }
}

const maxBytes = 200e6;
