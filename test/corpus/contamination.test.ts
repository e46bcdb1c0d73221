import { expect, test } from "vitest";
import { ngramMatcher } from "#runtime/corpus/ngram-matches.ts";

const sentence = "the quick brown fox jumps over the lazy dog while seven grey geese look on from the pond";
const shorter = "a small cat sat on the very old mat";
const paraphrase = "a fast brown fox leaps across a lazy dog as seven grey geese watch it from their pond";

function found(items: string[], ...documents: string[]) {
  const matcher = ngramMatcher(items.map((text) => [text]));
  for (const text of documents) matcher.read({ text, begins: true });
  return { checked: matcher.checked, items: matcher.matches().map(({ item }) => item), words: matcher.matches().map(({ words }) => words) };
}

test("a planted example is found, whatever its case and punctuation", () => {
  const { items, words } = found([paraphrase, sentence], `It began so. "${sentence.toUpperCase().replaceAll(" ", ", ")}!" And it ended.`);
  expect(items).toEqual([1]);
  expect(words[0]!.split(" ")).toHaveLength(13);
});

test("a part of 13 words is enough; 12 are not", () => {
  const words = sentence.split(" ");
  expect(found([sentence], words.slice(2, 15).join(" ")).items).toEqual([0]);
  expect(found([sentence], words.slice(2, 14).join(" ")).items).toEqual([]);
});

test("a short example is found by 8 words, and one of fewer is not looked for", () => {
  const { items, checked } = found([shorter, "too short"], `once ${shorter.split(" ").slice(0, 8).join(" ")} and slept`);
  expect(items).toEqual([0]);
  expect(checked).toBe(1);
  expect(found([shorter], shorter.split(" ").slice(0, 7).join(" ")).items).toEqual([]);
});

test("paraphrases are no contamination", () => {
  expect(found([sentence, shorter], paraphrase, "on a very old mat sat a small cat").items).toEqual([]);
});

test("consecutive words must be in one document", () => {
  const words = sentence.split(" ");
  expect(found([sentence], words.slice(0, 9).join(" "), words.slice(9).join(" ")).items).toEqual([]);
});

test("a document that comes in pieces is read as a whole, wherever it is cut", () => {
  for (const cut of [3, 20, 41, 60]) {
    const matcher = ngramMatcher([[sentence]]);
    matcher.read({ text: sentence.slice(0, cut), begins: true });
    matcher.read({ text: sentence.slice(cut), begins: false });
    expect(matcher.matches(), `cut at ${cut}`).toHaveLength(1);
  }
});

test("a Chinese character is a word", () => {
  const text = "敏捷的棕色狐狸跳过了那只懒惰的狗";
  expect(found([text], `从前，${text}。`).items).toEqual([0]);
});
