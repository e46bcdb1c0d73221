import { expect, test } from "vitest";
import { chunksOf } from "#runtime/corpus/safe-breaks.ts";

test.each([
  ["one two  three", ["one", " two", "  three"]],
  ["a\n\n b", ["a", "\n\n b"]],
  [" a ", [" a", " "]],
  // not before white space that BERT's normaliser deletes, nor after it
  ["a\u000bb", ["a\u000bb"]],
  ["a\u0085 b", ["a\u0085 b"]],
  ["a\u00a0b c", ["a\u00a0b", " c"]],
  ["", []],
])("%o is cut into %o", (text, expected) => {
  expect(chunksOf(text)).toEqual(expected);
});
