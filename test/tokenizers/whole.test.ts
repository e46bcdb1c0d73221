import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { expect, test } from "vitest";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { temporaryFolder } from "../runs/temporary.ts";

const special = ["<pad>", "<unk>", "<s>", "</s>"];
const characters = [..."ab1!,\n\tĠĊ▁ é"];
const merges = [
  ["a", " "],
  ["a ", "b"],
  ["a", "Ġ"],
  ["aĠ", "b"],
  ["a", "▁"],
  ["a▁", "b"],
  ["a", "\n"],
  ["a\n", "b"],
  ["Ġ", "Ġ"],
  [" ", " "],
] as const;
const pieces = [...special, ...characters, ...merges.map(([left, right]) => left + right)];
const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
const added = (content: string, settings: object = {}) => ({
  id: 100,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: false,
  ...settings,
});

const bpe = { type: "BPE", unk_token: "<unk>", vocab, merges };
const unigram = {
  type: "Unigram",
  unk_id: 1,
  byte_fallback: false,
  vocab: pieces.map((piece, id) => [piece, id < 4 ? -20 : -2 - 1 / piece.length]),
};
const wordPiece = { type: "WordPiece", unk_token: "<unk>", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab };

const preTokenizers: unknown[] = [
  null,
  { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
  { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  ...["always", "never", "first"].flatMap((scheme) =>
    [true, false].map((split) => ({ type: "Metaspace", replacement: "▁", prepend_scheme: scheme, split })),
  ),
  { type: "Whitespace" },
  { type: "WhitespaceSplit" },
  { type: "BertPreTokenizer" },
  { type: "CharDelimiterSplit", delimiter: "," },
  { type: "Digits", individual_digits: true },
  { type: "Punctuation", behavior: "Isolated" },
  ...["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"].map((behavior) => ({
    type: "Split",
    pattern: { String: " " },
    behavior,
    invert: false,
  })),
  { type: "Split", pattern: { Regex: "a\\s" }, behavior: "MergedWithNext", invert: false },
  ...["always", "first"].map((scheme) => ({
    type: "Sequence",
    pretokenizers: [{ type: "WhitespaceSplit" }, { type: "Metaspace", replacement: "▁", prepend_scheme: scheme, split: true }],
  })),
  { type: "Sequence", pretokenizers: [{ type: "Whitespace" }, { type: "Digits", individual_digits: false }] },
];
const normalizers: unknown[] = [
  null,
  { type: "Lowercase" },
  { type: "NFC" },
  { type: "NFKC" },
  { type: "StripAccents" },
  { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  { type: "Strip", strip_left: true, strip_right: true },
  { type: "Prepend", prepend: "▁" },
  { type: "Replace", pattern: { String: " " }, content: "▁" },
  { type: "Replace", pattern: { Regex: " +" }, content: " " },
  { type: "Sequence", normalizers: [{ type: "NFD" }, { type: "StripAccents" }] },
];
const addedTokens = [[], [added("a b")], [added("b", { lstrip: true, rstrip: true })], [added("ab", { single_word: true })]];
const texts = ["a b", "a\nb a\tb", " a  b ", "a \u0000 b\u0000 ", "A B, a b!1 1", "a ́ ", "ab a b\n\nb a", "a\u00a0 b", "é a"];

test("any tokenizer.json gives the ids of the library on the whole text", async () => {
  const wrong: string[] = [];
  for (const pre of preTokenizers)
    for (const normalizer of normalizers)
      for (const [model, tokens] of [
        [bpe, 0],
        [unigram, 0],
        [wordPiece, 0],
        [bpe, 1],
        [bpe, 2],
        [bpe, 3],
      ] as const) {
        const json = {
          version: "1.0",
          truncation: { direction: "Right", max_length: 2, strategy: "LongestFirst", stride: 0 },
          padding: null,
          added_tokens: addedTokens[tokens]!.map((token) => ({ ...token, id: pieces.length })),
          normalizer,
          pre_tokenizer: pre,
          post_processor: null,
          decoder: null,
          model,
        };
        const folder = temporaryFolder();
        writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
        const found = await openTokenizer(folder).encodeBatch(texts);
        const native = NativeTokenizer.fromString(JSON.stringify({ ...json, truncation: null }));
        const expected = await native.encodeBatch(texts, { addSpecialTokens: false });
        texts.forEach((text, i) => {
          if (String(Array.from(found[i]!)) !== String(expected[i]!.getIds()))
            wrong.push(
              JSON.stringify({
                pre,
                normalizer,
                model: model.type,
                tokens,
                text,
                found: Array.from(found[i]!),
                expected: expected[i]!.getIds(),
              }),
            );
        });
      }
  expect(wrong).toEqual([]);
});
