import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { previewObjective } from "#runtime/cli/preview-pairs.ts";
import { byteAlphabet } from "#runtime/tokenizers/byte-alphabet.ts";
import { readableTokens } from "#runtime/tokenizers/readable.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { tokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { vocabularyTokens } from "#runtime/tokenizers/vocabulary.ts";
import { temporaryFolder } from "../runs/temporary.ts";

const characterOf = new Map(byteAlphabet.map(({ character, byte }) => [byte, character]));
const pieceOf = (...bytes: number[]) => bytes.map((byte) => characterOf.get(byte)).join("");
const tokens = vocabularyTokens(
  [...characterOf.values(), pieceOf(...Buffer.from(" Hi")), pieceOf(...Buffer.from("你")), pieceOf(0xe4, 0xbd)],
  0,
);
const json = tokenizerJson({ kind: "bpe", lowercase: false, tokens, merges: [] });

test("byte-level tokens are text, and parts of a character say which", () => {
  const you = Array.from(Buffer.from("你"), (byte) => pieceOf(byte));
  expect(readableTokens(["<s>", "ĠHi", pieceOf(...Buffer.from("你")), "Ċ", "</s>"], json)).toEqual(["<s>", "␣Hi", "你", "⏎", "</s>"]);
  expect(readableTokens(you, json)).toEqual(["<0xE4> (你)", "<0xBD> (你)", "<0xA0> (你)"]);
  expect(readableTokens([pieceOf(0xe4, 0xbd), you[2]!], json)).toEqual(["<0xE4><0xBD> (你)", "<0xA0> (你)"]);
  expect(readableTokens([you[0]!, "</s>", you[2]!], json)).toEqual(["<0xE4>", "</s>", "<0xA0>"]);
});

test("a preview shows Chinese as text, and the bytes of a character of which one is hidden", async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "tokenizer.json"),
    JSON.stringify(tokenizerJson({ kind: "bytes", lowercase: false, tokens: bytesAlone, merges: [] })),
  );
  const tokenizer = openTokenizer(folder);
  const ids = [tokenizer.vocabulary.begin, ...(await tokenizer.encode("今天天气很好")), tokenizer.vocabulary.end];
  const stream = {
    length: ids.length,
    read: (start: number, count: number) => Int32Array.from(ids.slice(start, start + count)),
    close() {},
  };
  const preview = previewObjective({
    objective: { kind: "masked", rate: 0.15, mask: 1, random: 0, keep: 0, wholeWords: false },
    model: { architecture: "encoder", context: ids.length },
    vocabulary: tokenizer.vocabulary,
    tokens: stream,
    decode: tokenizer.decodeWithSpecialTokens,
    pairs: 1,
    sequences: 1,
    seed: 1,
  });
  const [{ input, target, input_parts: parts }] = preview.pairs as [(typeof preview.pairs)[number]];
  expect(input + target).not.toMatch(/\uFFFD/);
  expect(input).toMatch(/<0x[0-9A-F]{2}>/);
  expect(input).toMatch(/[今天气很好]/);
  expect(parts!.map(({ text }) => text).join("")).toBe(input);
});

const bytesAlone = vocabularyTokens([...characterOf.values()], 0);
