import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as Library } from "tokenizers";
import { expect, test } from "vitest";
import { openTokens } from "#runtime/encoding/token-stream.ts";
import { random } from "#runtime/random/random.ts";
import { byteAlphabet } from "#runtime/tokenizers/byte-alphabet.ts";
import type { TokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { encodeWhole } from "#runtime/tokenizers/whole.ts";
import { workshop } from "./helpers.ts";

/*
 * Whatever a tokenizer.json says, training reads the ids that the library gives for the whole document, and so does `inspect`: with pieces
 * that reach across spaces, text that is put before a document, normalisation that looks around.
 */

const letters = ["a", "b", "c", "é", "中", " ", "\n", "\u00a0", ".", "▁", "1", "A", "'", "s"];

const characters = Object.fromEntries(["<unk>", ...letters].map((letter, id) => [letter, id]));

/** Pairs that are made in this order, of letters and of what was made before. */
function pairs(alphabet: Record<string, number>, made: [string, string][]): object {
  const vocab = { ...alphabet };
  for (const [left, right] of made) vocab[left + right] ??= Object.keys(vocab).length;
  return { type: "BPE", dropout: null, unk_token: "<unk>", fuse_unk: false, byte_fallback: false, vocab, merges: made };
}

const acrossSpaces = pairs(characters, [
  ["a", " "],
  ["a ", "b"],
  [" ", "c"],
  ["\n", "a"],
  ["▁", "a"],
  ["b", "▁"],
  ["b▁", "c"],
]);

const bytes = pairs({ "<unk>": 0, ...Object.fromEntries(byteAlphabet.map(({ character }, i) => [character, i + 1])) }, [
  ["a", "Ġ"],
  ["aĠ", "b"],
  ["Ġ", "c"],
  ["Ċ", "a"],
]);

const unigram = {
  type: "Unigram",
  unk_id: 0,
  byte_fallback: false,
  vocab: ["<unk>", ...letters, "a b", "a▁b", "▁a", "b ", "b▁", "c\na", " a"].map((piece, i) => [
    piece,
    i === 0 ? 0 : -piece.length - 0.01 * i,
  ]),
};

const wordPiece = {
  type: "WordPiece",
  unk_token: "<unk>",
  continuing_subword_prefix: "##",
  max_input_chars_per_word: 100,
  vocab: Object.fromEntries(["<unk>", ...letters, ...letters.map((letter) => `##${letter}`), "ab", "a b"].map((piece, id) => [piece, id])),
};

const word = (content: string, settings: object = {}) => ({
  id: 500,
  content,
  special: false,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: true,
  ...settings,
});

const byteLevel = (settings: object = {}) => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
  ...settings,
});
const metaspace = (prepend_scheme: string, split: boolean) => ({ type: "Metaspace", replacement: "▁", prepend_scheme, split });
const split = (pattern: object, behavior: string) => ({ type: "Split", pattern, behavior, invert: false });
const sequence = (...pretokenizers: object[]) => ({ type: "Sequence", pretokenizers });

const forms: Record<string, { model: object; pre?: object; normalizer?: object; added?: object[]; more?: object }> = {
  "pairs without a pre-tokenizer": { model: acrossSpaces },
  "pairs, lowercased, without a pre-tokenizer": { model: acrossSpaces, normalizer: { type: "Lowercase" } },
  "characters without a pre-tokenizer": { model: pairs(characters, []) },
  "characters, unknown ones fused": { model: { ...pairs(characters, []), fuse_unk: true } },
  "characters that end a word otherwise": { model: { ...pairs({ ...characters, "a</w>": 90 }, []), end_of_word_suffix: "</w>" } },
  "characters, with words that need no merges": { model: { ...pairs({ ...characters, "a b": 90 }, []), ignore_merges: true } },
  "bytes, byte level": { model: bytes, pre: byteLevel() },
  "bytes, byte level without its pattern": { model: bytes, pre: byteLevel({ use_regex: false }) },
  "bytes, byte level with a space before": { model: bytes, pre: byteLevel({ add_prefix_space: true }) },
  "bytes alone": {
    model: pairs({ "<unk>": 0, ...Object.fromEntries(byteAlphabet.map(({ character }, i) => [character, i + 1])) }, []),
    pre: byteLevel(),
  },
  "bytes alone, without their pattern": {
    model: pairs({ "<unk>": 0, ...Object.fromEntries(byteAlphabet.map(({ character }, i) => [character, i + 1])) }, []),
    pre: byteLevel({ use_regex: false }),
  },
  "few bytes": { model: pairs({ "<unk>": 0, a: 1, b: 2, Ġ: 3 }, []), pre: byteLevel() },
  "pairs of words": { model: acrossSpaces, pre: { type: "Whitespace" } },
  "pairs of what spaces part": { model: acrossSpaces, pre: { type: "WhitespaceSplit" } },
  "pairs, metaspace always": { model: acrossSpaces, pre: metaspace("always", true) },
  "pairs, metaspace first": { model: acrossSpaces, pre: metaspace("first", true) },
  "pairs, metaspace never, in one": { model: acrossSpaces, pre: metaspace("never", false) },
  "pairs, words then metaspace": { model: acrossSpaces, pre: sequence({ type: "WhitespaceSplit" }, metaspace("always", true)) },
  "pairs, parted at c": { model: acrossSpaces, pre: { type: "CharDelimiterSplit", delimiter: "c" } },
  "pairs, digits": { model: acrossSpaces, pre: { type: "Digits", individual_digits: true } },
  "pairs, punctuation": { model: acrossSpaces, pre: { type: "Punctuation", behavior: "Isolated" } },
  "pairs, spaces with what follows": { model: acrossSpaces, pre: split({ Regex: "\\s\\S" }, "Isolated") },
  "pairs, spaces with what was before": { model: acrossSpaces, pre: split({ String: " " }, "MergedWithPrevious") },
  "unigram without a pre-tokenizer": { model: unigram },
  "unigram, metaspace": { model: unigram, pre: metaspace("always", true) },
  "unigram, BERT's words": { model: unigram, pre: { type: "BertPreTokenizer" } },
  "BERT's": {
    model: wordPiece,
    pre: { type: "BertPreTokenizer" },
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  },
  "pieces of words without a pre-tokenizer": { model: wordPiece },
  "replaced spaces and a beginning": {
    model: acrossSpaces,
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
  },
  stripped: { model: acrossSpaces, pre: byteLevel(), normalizer: { type: "Strip", strip_left: true, strip_right: true } },
  composed: { model: acrossSpaces, pre: { type: "Whitespace" }, normalizer: { type: "NFKC" } },
  "a word with a space": { model: bytes, pre: byteLevel(), added: [word("b c")] },
  "a word that takes the spaces around": { model: bytes, pre: byteLevel(), added: [word("ca", { lstrip: true, rstrip: true })] },
  "cut and padded for batches": {
    model: bytes,
    pre: byteLevel(),
    more: {
      truncation: { direction: "Right", max_length: 8, strategy: "LongestFirst", stride: 0 },
      padding: { strategy: { Fixed: 16 }, direction: "Right", pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: "<unk>" },
    },
  },
};

/** A short document, and one that is longer than what is read at once. */
function documents(seed: number): string[] {
  const from = random(seed, "documents");
  const text = (length: number) => Array.from({ length }, () => letters[from.below(letters.length)]!).join("");
  return ["a b", text(300), text(5), text(60_000), "a".repeat(66_000), "b c a b"];
}

test.each(Object.entries(forms))("training reads the library's ids: %s", async (name, { model, pre, normalizer, added, more }) => {
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added ?? [],
    normalizer: normalizer ?? null,
    pre_tokenizer: pre ?? null,
    post_processor: null,
    decoder: null,
    model,
    ...more,
  } as unknown as TokenizerJson;
  const library = Library.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
  const work = workshop();
  const texts = documents(Object.keys(forms).indexOf(name));
  await work.corpus(texts.map((text, i) => work.file(`${i}.txt`, text)));
  writeFileSync(join(work.folder("tokenizer"), "tokenizer.json"), JSON.stringify(json));
  const tokens = openTokens(work.folder("encode"), await work.encode(), "train");
  const read = tokens.read(0, tokens.length);
  let at = 0;
  for (const text of work.documents("train")) {
    const ids = (await library.encode(text, null, { addSpecialTokens: false })).getIds();
    const inspected = (await encodeWhole(json, text, "here")).ids;
    expect(
      inspected.findIndex((id, i) => id !== ids[i]),
      "what inspect shows",
    ).toBe(-1);
    // between <s> and </s>
    at++;
    expect(
      ids.findIndex((id) => read[at++] !== id),
      `a document of ${text.length} characters`,
    ).toBe(-1);
    at++;
  }
  expect(read).toHaveLength(at);
  tokens.close();
});
