import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LearnedTokenizerSpec } from "#runtime/contract/spec.ts";
import { workshop } from "../corpus/helpers.ts";

const lines = Array.from({ length: 60 }, (_, i) => `The Café on line ${i} isn't (always)\topen,  she said.`);

/** How a corpus of lines comes back from a tokenizer that was trained on it. */
async function roundTripOf(
  spec: Pick<LearnedTokenizerSpec, "kind"> & Partial<LearnedTokenizerSpec>,
  { text = lines.join("\n"), change }: { text?: string; change?(tokenizer: Record<string, unknown>): object } = {},
) {
  const work = workshop();
  await work.corpus([work.file("a.txt", text)], { documents: "line", split: { by: "position", validation: 0.3, test: 0.2 } });
  const sized = spec.kind === "bytes" || spec.kind === "characters" ? null : 400;
  const { folder } = await work.tokenizer({ vocabulary: sized, ...spec });
  if (change) {
    const path = join(folder, "tokenizer.json");
    const json = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...json, ...change(json) }));
  }
  return (await work.encode()).roundTrip!;
}

describe("scored text is restored", () => {
  test.each(["bpe", "bytes", "unigram", "characters"] as const)("from %s", async (kind) => {
    const { documents, same, unknown, lost } = await roundTripOf({ kind });
    expect(documents).toBeGreaterThan(20);
    expect({ same, unknown, lost }).toEqual({ same: documents, unknown: 0, lost: [] });
  });

  test.each([
    ["bpe in lower case", { kind: "bpe", lowercase: true }, ["case"]],
    ["characters in lower case", { kind: "characters", lowercase: true }, ["case"]],
    ["unigram in lower case", { kind: "unigram", lowercase: true }, ["case"]],
    ["WordPiece", { kind: "wordpiece", lowercase: false }, ["spaces"]],
    ["WordPiece in lower case", { kind: "wordpiece", lowercase: true }, ["case", "accents", "spaces"]],
  ] as const)("not from %s", async (_, spec, lost) => {
    const found = await roundTripOf(spec);
    expect(found).toMatchObject({ unknown: 0, lost });
    expect(found.documents).toBeGreaterThan(20);
    // what the split cuts off of a line may have nothing to lose
    expect(found.same).toBeLessThan(3);
  });

  test.each([
    ["forms of characters", { normalizer: { type: "NFD" } }, ["forms"]],
    ["compatibility characters", { normalizer: { type: "NFKC" } }, ["forms"]],
    ["letters that are replaced", { normalizer: { type: "Replace", pattern: { String: "a" }, content: "o" } }, ["other"]],
    ["nothing, but has no decoder", { decoder: null }, ["other"]],
  ])("not from a tokenizer.json that changes %s", async (_, part, lost) => {
    const text = lines.map((line) => `${line} ½ ﬁt`).join("\n");
    const found = await roundTripOf({ kind: "bpe" }, { text, change: () => part });
    expect(found.same).toBeLessThan(3);
    expect(found.lost).toEqual(lost);
  });

  test("except unknown characters, which are counted in all scored text", async () => {
    const text = lines.map((line, i) => (i < 40 ? line : line.replace("line", "line №"))).join("\n");
    const found = await roundTripOf({ kind: "characters" }, { text });
    expect(found.unknown).toBeGreaterThan(15);
    expect(found.same).toBe(found.documents - found.unknown);
    expect(found.lost).toEqual([]);
  });

  test("and other losses than unknown words are reported", async () => {
    const text = lines.map((line, i) => (i < 40 ? line : `${line} ${"字".repeat(1 + (i % 3))}`)).join("\n");
    const found = await roundTripOf({ kind: "wordpiece", lowercase: true }, { text });
    expect(found.unknown).toBeGreaterThan(15);
    expect(found.lost).toEqual(["case", "accents", "spaces"]);
  });
});

test("the beginning of a document too long to decode counts, and unknown tokens count to its end", async () => {
  const work = workshop();
  const text = `${"all the words of a long text ".repeat(120_000)}№`;
  await work.corpus([work.file("a.txt", text)], { split: { by: "position", validation: 0.5, test: 0 } });
  await work.tokenizer({ kind: "characters", vocabulary: null });
  const { splits, roundTrip } = await work.encode();
  expect(splits.validation.bytes).toBeGreaterThan(1.5e6);
  expect(roundTrip).toEqual({ documents: 1, same: 1, unknown: 1, lost: [] });
});
