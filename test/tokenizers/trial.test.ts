import { expect, test } from "vitest";
import type { TokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { requireEnding } from "#runtime/tokenizers/trial.ts";
import { encodeWhole } from "#runtime/tokenizers/whole.ts";

const withPattern = (pattern: string) =>
  ({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false }],
    },
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", vocab: { a: 0, "[UNK]": 1 }, unk_token: "[UNK]" },
  }) as unknown as TokenizerJson;

test.each(["(a+)+$", "(b|b)*$", "^(\\s+)+\\S$", "(好+)+$"])(
  "a pattern that goes back and forth, %s, is said instead of ending the process",
  async (pattern) => {
    await expect(requireEnding(withPattern(pattern), "own.json")).rejects.toThrow(
      /the tokenizer of own\.json cannot encode every text: with the pattern/,
    );
  },
  60_000,
);

test("a text that is given is tried too", async () => {
  // of no single character
  await expect(encodeWhole(withPattern("((xy)+)+$"), `${"xy".repeat(40)}z`, "own.json")).rejects.toThrow(/cannot encode every text/);
}, 60_000);

test("usual patterns end", async () => {
  const gpt4 =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  await expect(requireEnding(withPattern(gpt4), "own.json")).resolves.toBeUndefined();
}, 60_000);
