import type { Problem } from "#runtime/contract/problem.ts";
import type { ExistingTokenizerSpec, LearnedTokenizerSpec, Spec } from "#runtime/contract/spec.ts";
import { attainableVocabulary, byteEntries, specialTokenCount } from "../expected-vocabulary.ts";
import type { Files } from "../planning-files.ts";
import { readTokenizerFile } from "../tokenizer-files.ts";
import { error, info, type Rule, warning } from "./rule.ts";

/** A tokenizer needs a sufficient vocabulary size if its kind has one, and no size otherwise; a file must be a tokenizer. */
export const tokenizers: Rule = ({ spec, files }) =>
  Object.entries(spec.tokenizers).flatMap(([name, tokenizer]) =>
    tokenizer.kind === "existing"
      ? file(name, tokenizer, files)
      : [...vocabulary(name, tokenizer), ...moreThanGiven(name, tokenizer, spec, files), ...lowercase(name, tokenizer)],
  );

function file(name: string, tokenizer: ExistingTokenizerSpec, files: Files): Problem[] {
  const read = readTokenizerFile(tokenizer, files);
  if ("wrong" in read) return [error("unusable-tokenizer", ["tokenizers", name, read.key], read.wrong)];
  return read.warning === undefined ? [] : [warning("random-tokens", ["tokenizers", name, "file"], `${read.warning}.`)];
}

function vocabulary(name: string, { kind, vocabulary, sentinels }: LearnedTokenizerSpec): Problem[] {
  if (kind === "bytes" || kind === "characters") {
    if (vocabulary === null) return [];
    const own = kind === "bytes" ? "the 256 bytes" : "the characters of its corpus";
    return [
      error(
        "vocabulary-not-used",
        ["tokenizers", name, "vocabulary"],
        `A ${kind} tokenizer has ${own} as its vocabulary and has no size. Omit vocabulary, or use kind: bpe.`,
      ),
    ];
  }
  if (vocabulary === null) {
    return [
      error("missing-key", ["tokenizers", name, "kind"], `A ${kind} tokenizer needs a vocabulary size. Add, for example, vocabulary: 8k.`),
    ];
  }
  const least = specialTokenCount + sentinels + (kind === "bpe" ? byteEntries : 1);
  if (vocabulary >= least) return [];
  const parts = `${specialTokenCount} special tokens, ${sentinels} sentinels and ${kind === "bpe" ? `the ${byteEntries} bytes` : "at least one character"}`;
  return [
    error(
      "vocabulary-too-small",
      ["tokenizers", name, "vocabulary"],
      `A vocabulary of ${vocabulary} has no room for ${parts}. Use at least ${least}, or fewer sentinels.`,
      [String(least)],
    ),
  ];
}

/** A warning about a vocabulary that the corpus cannot fill; the plan assumes the size that it can. */
function moreThanGiven(name: string, tokenizer: LearnedTokenizerSpec, { corpora }: Spec, files: Files): Problem[] {
  const corpus = corpora[tokenizer.trainOn];
  const attainable = corpus && attainableVocabulary(tokenizer, corpus, files);
  if (attainable === undefined || tokenizer.vocabulary! <= attainable) return [];
  const max = Number(attainable.toPrecision(2)).toLocaleString("en");
  return [
    info(
      "vocabulary-beyond-corpus",
      ["tokenizers", name, "vocabulary"],
      `${tokenizer.trainOn} has enough text for about ${max} entries, so the vocabulary will be smaller than this. The plan assumes that size. Use a smaller vocabulary, or more text.`,
    ),
  ];
}

function lowercase(name: string, { kind, lowercase }: LearnedTokenizerSpec): Problem[] {
  if (kind !== "bytes" || !lowercase) return [];
  return [
    error(
      "lowercase-bytes",
      ["tokenizers", name, "lowercase"],
      "A bytes tokenizer reads the bytes as they are and cannot convert them to lower case. Omit lowercase, or use kind: characters.",
      ["false"],
    ),
  ];
}
