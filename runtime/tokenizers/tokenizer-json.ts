import { isDeepStrictEqual } from "node:util";
import type { TokenizerKind } from "#runtime/contract/spec.ts";
import { isOrdinary } from "#runtime/objectives/objective.ts";
import { byteAlphabet } from "./byte-alphabet.ts";
import { specialTokens, vocabularyOf } from "./vocabulary.ts";

/** The result of training a tokenizer. */
export interface TrainedModel {
  kind: TokenizerKind;
  lowercase: boolean;
  /** All tokens by id. */
  tokens: readonly string[];
  /** Merges in the order in which they apply, for bpe only. */
  merges: readonly (readonly [string, string])[];
  /** Log-probabilities of the ordinary tokens, for unigram only. */
  scores?: readonly number[] | undefined;
}

/** The parts of a `tokenizer.json` that this project reads. */
export interface TokenizerJson {
  added_tokens: AddedToken[];
  post_processor: unknown;
  normalizer: unknown;
  pre_tokenizer: unknown;
  model: { vocab: Record<string, number> | [string, number][]; merges?: unknown[] };
  [part: string]: unknown;
}

export interface AddedToken {
  id: number;
  content: string;
  /** Whether it is a special token, which does not occur in texts. */
  special: boolean;
  [setting: string]: unknown;
}

/** A trained tokenizer as a `tokenizer.json`, which Hugging Face's tokenizers and Transformers can read. */
export function tokenizerJson(trained: TrainedModel): TokenizerJson {
  const pipeline = pipelines[trained.kind](trained.lowercase);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(trained.tokens),
    normalizer: pipeline.normalizer,
    pre_tokenizer: pipeline.pre_tokenizer,
    post_processor: ownPostProcessor,
    decoder: pipeline.decoder,
    model: { ...pipeline.model, ...content(trained) },
  };
}

interface Pipeline {
  normalizer: unknown;
  pre_tokenizer: unknown;
  decoder: unknown;
  model: object;
}

/**
 * A pattern of words. Letters, digits and other marks are separate, as SentencePiece's pieces do not mix scripts; the last space before a
 * word belongs to it.
 */
const words = String.raw`\s?[\p{L}\p{M}]+|\s?\p{N}+|\s?[^\s\p{L}\p{M}\p{N}]+|\s+(?!\S)|\s+`;
const wordsWithSpace = { type: "Split", pattern: { Regex: words }, behavior: "Isolated", invert: false };
const metaspace = { type: "Metaspace", replacement: "\u2581", prepend_scheme: "never", split: false };

/** The pre-tokenizer of unigram. */
export const unigramWords = { type: "Sequence", pretokenizers: [wordsWithSpace, metaspace] };

const lowercaseOnly = (lowercase: boolean) => (lowercase ? { type: "Lowercase" } : null);

/** A byte-level BPE model, which has no unknown tokens. */
export const bytePairModel = {
  type: "BPE",
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
};

const bpeModel = { ...bytePairModel, ignore_merges: false };

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

const byteLevelPipeline = (lowercase: boolean): Pipeline => ({
  normalizer: lowercaseOnly(lowercase),
  pre_tokenizer: byteLevel,
  decoder: byteLevel,
  model: bpeModel,
});

const pipelines: { readonly [K in TokenizerKind]: (lowercase: boolean) => Pipeline } = {
  /** Radford et al. 2019, section 2.2. */
  bpe: byteLevelPipeline,
  /** Without merges, each byte is a token. Texts are split into words anyway, which is faster than one long word. */
  bytes: byteLevelPipeline,
  /** The text is one long word without merges, so that each character is a token, or unknown. */
  characters: (lowercase) => ({
    normalizer: lowercaseOnly(lowercase),
    pre_tokenizer: null,
    decoder: { type: "Fuse" },
    model: { ...bpeModel, unk_token: "<unk>" },
  }),
  /** Devlin et al. 2019, released code, tokenization.py; accents are removed if text is converted to lower case. */
  wordpiece: (lowercase) => ({
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase },
    pre_tokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { type: "WordPiece", unk_token: "<unk>", continuing_subword_prefix: "##", max_input_chars_per_word: longestWord },
  }),
  /** Kudo and Richardson 2018, SentencePiece: a space is written ▁ and belongs to the following word. There is no other normalisation. */
  unigram: (lowercase) => ({
    normalizer: lowercaseOnly(lowercase),
    pre_tokenizer: unigramWords,
    decoder: metaspace,
    model: { type: "Unigram", unk_id: specialTokens.indexOf("<unk>"), byte_fallback: false },
  }),
};

/** The kind of our own tokenizers of characters and bytes, which need no search for tokens; undefined if any setting differs. */
export function kindWithoutMerges({ model, normalizer, pre_tokenizer: pre }: TokenizerJson): "characters" | "bytes" | undefined {
  return (["characters", "bytes"] as const).find((kind) => {
    const { vocab, merges, ...settings } = model;
    const own = [false, true].map((lowercase) => pipelines[kind](lowercase));
    return (
      !Array.isArray(vocab) &&
      merges?.length === 0 &&
      (kind === "characters" || byteAlphabet.every(({ character }) => Object.hasOwn(vocab, character))) &&
      own.some((pipeline) => isDeepStrictEqual([settings, normalizer, pre], [pipeline.model, pipeline.normalizer, pipeline.pre_tokenizer]))
    );
  });
}

/** Maximum length of a word in characters in WordPiece; longer words are `<unk>`. */
export const longestWord = 100;

function content({ kind, tokens, merges, scores }: TrainedModel): TokenizerJson["model"] {
  if (kind === "unigram") return { vocab: scored(tokens, scores ?? []) };
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return kind === "wordpiece" ? { vocab } : { vocab, merges: [...merges] };
}

/** Tokens with scores. Special tokens have the lowest score of the ordinary ones, from which the score of unknown text is derived. */
function scored(tokens: readonly string[], scores: readonly number[]): [string, number][] {
  const least = scores.reduce((lowest, score) => Math.min(lowest, score), 0);
  return tokens.map((token, id) => [token, scores[id - specialTokens.length] ?? least]);
}

function addedTokens(tokens: readonly string[]): AddedToken[] {
  const vocabulary = vocabularyOf(tokens);
  return tokens.flatMap((content, id) => (isOrdinary(id, vocabulary) ? [] : [specialToken(id, content)]));
}

export function specialToken(id: number, content: string): AddedToken {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}

const sequence = (id: "A" | "B", type: number) => ({ Sequence: { id, type_id: type } });
const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });

/** The post-processor `<s> … </s>`, so that other programs that read the file add the same tokens to documents. */
export const ownPostProcessor = {
  type: "TemplateProcessing",
  single: [special("<s>", 0), sequence("A", 0), special("</s>", 0)],
  pair: [special("<s>", 0), sequence("A", 0), special("</s>", 0), special("<s>", 1), sequence("B", 1), special("</s>", 1)],
  special_tokens: {
    "<s>": { id: "<s>", ids: [specialTokens.indexOf("<s>")], tokens: ["<s>"] },
    "</s>": { id: "</s>", ids: [specialTokens.indexOf("</s>")], tokens: ["</s>"] },
  },
};
