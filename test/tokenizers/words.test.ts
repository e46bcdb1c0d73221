import { expect, test } from "vitest";
import { tokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { vocabularyTokens } from "#runtime/tokenizers/vocabulary.ts";
import { wordEdges } from "#runtime/tokenizers/words.ts";

/** The words of a text whose tokens are given. */
function wordsOf(kind: "bpe" | "wordpiece" | "characters", text: readonly string[]): string[][] {
  const tokens = vocabularyTokens([...new Set(text)], 0);
  const { continuesWord } = wordEdges(tokens, tokenizerJson({ kind, lowercase: false, tokens, merges: [] }));
  const words: string[][] = [];
  text.forEach((token, i) => {
    const continues = i > 0 && continuesWord(tokens.indexOf(text[i - 1]!), tokens.indexOf(token));
    if (continues) words.at(-1)!.push(token);
    else words.push([token]);
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

test("characters: letters and digits stand together", () => {
  expect(wordsOf("characters", [..."B2B, no"])).toEqual([["B", "2", "B"], [","], [" "], ["n", "o"]]);
});

test("a sentence ends in a full stop, a question mark or an exclamation mark", () => {
  const tokens = vocabularyTokens([".", "e.g", "end.", "?", "!", ",", "Ġ..."], 0);
  const { endsSentence } = wordEdges(tokens, tokenizerJson({ kind: "bpe", lowercase: false, tokens, merges: [] }));
  expect(tokens.filter((_, id) => endsSentence(id))).toEqual([".", "end.", "?", "!", "Ġ..."]);
});
