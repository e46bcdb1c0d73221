import { expect, test } from "vitest";
import { byteAlphabet } from "#runtime/tokenizers/byte-alphabet.ts";
import { tokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { vocabularyTokens } from "#runtime/tokenizers/vocabulary.ts";
import { wordEdges } from "#runtime/tokenizers/word-edges.ts";

/** The words of a text whose tokens are given. */
function wordsOf(kind: "bpe" | "wordpiece" | "characters", text: readonly string[]): string[][] {
  const tokens = vocabularyTokens([...new Set(text)], 0);
  const starts = wordEdges(tokens, tokenizerJson({ kind, lowercase: false, tokens, merges: [] })).wordStarts(
    text.map((token) => tokens.indexOf(token)),
  );
  const words: string[][] = [];
  text.forEach((token, i) => {
    if (starts[i]) words.push([token]);
    else words.at(-1)!.push(token);
  });
  return words;
}

test("byte-level tokens: a space or another kind of character begins a word, also inside of one that bytes part", () => {
  expect(wordsOf("bpe", ["Th", "ank", "Ġyou", ",", "Ġn", "a", "Ã", "¯", "ve", "ly", "!", "!"])).toEqual([
    ["Th", "ank"],
    ["Ġyou"],
    [","],
    ["Ġn", "a", "Ã", "¯", "ve", "ly"],
    ["!", "!"],
  ]);
});

test("word pieces: ## goes on", () => {
  expect(wordsOf("wordpiece", ["un", "##aff", "##able", ",", "said"])).toEqual([["un", "##aff", "##able"], [","], ["said"]]);
});

test("characters: letters and digits stay together", () => {
  expect(wordsOf("characters", [..."B2B, no"])).toEqual([["B", "2", "B"], [","], [" "], ["n", "o"]]);
});

/** Words as text, of single bytes. */
function wordsInBytes(text: string): string[] {
  const tokens = vocabularyTokens(
    byteAlphabet.map(({ character }) => character),
    0,
  );
  const json = tokenizerJson({ kind: "bytes", lowercase: false, tokens, merges: [] });
  const bytes = Array.from(Buffer.from(text));
  const starts = wordEdges(tokens, json).wordStarts(bytes.map((byte) => tokens.indexOf(characterOf.get(byte)!)));
  const begins = starts.flatMap((isStart, i) => (isStart ? [i] : []));
  return begins.map((begin, i) => Buffer.from(bytes.slice(begin, begins[i + 1])).toString());
}

const characterOf = new Map(byteAlphabet.map(({ character, byte }) => [byte, character]));

test.each([
  ["Chinese", "今天天气很好，Python是一种", ["今天", "天气", "很好", "，", "Python", "是", "一种"]],
  ["Japanese", "東京タワーに行きました", ["東京タワー", "に", "行き", "ま", "した"]],
  ["Thai", "ภาษาไทยง่าย", ["ภาษา", "ไทย", "ง่าย"]],
])("%s is cut into ICU's words, not inside of a character", (_, text, words) => {
  expect(wordsInBytes(text)).toEqual(words);
  const pieces = text.match(/[A-Za-z]+|./gu)!;
  expect(wordsOf("characters", pieces).map((word) => word.join(""))).toEqual(words);
});

test("text with spaces is cut as ever, between scripts and inside of them", () => {
  expect(wordsInBytes("3.14 naïve don’t 한국어를 배워요")).toEqual([
    "3",
    ".",
    "14",
    " ",
    "naïve",
    " ",
    "don’t",
    " ",
    "한국어를",
    " ",
    "배워요",
  ]);
});

test("words that share a token stay together, and BERT's single characters go together in words", () => {
  expect(wordsOf("characters", ["今天", "天气很", "好"])).toEqual([["今天"], ["天气很", "好"]]);
  expect(wordsOf("characters", ["今", "天天", "气"])).toEqual([["今", "天天", "气"]]);
  expect(wordsOf("wordpiece", ["un", "##able", "天", "气", "很", "好", "。"])).toEqual([
    ["un", "##able"],
    ["天", "气"],
    ["很", "好"],
    ["。"],
  ]);
});

test("a sentence ends in the marks of other scripts as well", () => {
  const tokens = vocabularyTokens(["。", "好！", "？", "।", "؟", "，"], 0);
  const { endsSentence } = wordEdges(tokens, tokenizerJson({ kind: "characters", lowercase: false, tokens, merges: [] }));
  expect(tokens.filter((_, id) => endsSentence(id))).toEqual(["。", "好！", "？", "।", "؟"]);
});

test("a sentence ends in a full stop, a question mark or an exclamation mark", () => {
  const tokens = vocabularyTokens([".", "e.g", "end.", "?", "!", ",", "Ġ..."], 0);
  const { endsSentence } = wordEdges(tokens, tokenizerJson({ kind: "bpe", lowercase: false, tokens, merges: [] }));
  expect(tokens.filter((_, id) => endsSentence(id))).toEqual([".", "end.", "?", "!", "Ġ..."]);
});
