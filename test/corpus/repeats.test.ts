import { describe, expect, test } from "vitest";
import { repeatFinders } from "#runtime/corpus/repeats.ts";
import { seenHashes } from "#runtime/corpus/seen-hashes.ts";
import { random } from "#runtime/random/random.ts";
import { sha256 } from "#runtime/tasks/share.ts";
import { workshop } from "./helpers.ts";

const wordsOf = (count: number, ...path: (string | number)[]) => {
  const from = random("words", ...path);
  return Array.from({ length: count }, () => `w${from.below(100_000)}`);
};

describe("equal documents", () => {
  test("the first one is kept, whatever the file, and the number of removed ones is reported", async () => {
    const work = workshop();
    const files = [work.file("a.txt", "one\ntwo\none\n"), work.file("b.jsonl", '{"text": "two"}\n{"text": "three"}\n{"text": "One"}\n')];
    const result = await work.corpus(files, { documents: "line", deduplicate: "exact" });
    expect(work.documents("train")).toEqual(["one", "two", "three", "One"]);
    expect(result.repeated).toBe(2);
    expect(await work.corpus(files, { documents: "line" }, "all")).not.toHaveProperty("repeated");
    expect(work.documents("train", "all")).toHaveLength(6);
  });

  test("a split by position divides the remaining documents", async () => {
    const work = workshop();
    const split = { by: "position", validation: 0.25 } as const;
    const result = await work.corpus([work.file("a.txt", "aa\naa\nbb\naa\ncc\ndd\n")], { documents: "line", deduplicate: "exact", split });
    expect([result.splits.train.characters, result.splits.validation.characters]).toEqual([6, 2]);
    expect(work.documents("validation")).toEqual(["dd"]);
  });
});

describe("near documents", () => {
  /** Whether a copy with some words replaced is found. */
  const found = (replaced: number, trial: number): boolean => {
    const finder = repeatFinders.near();
    const words = wordsOf(200, trial);
    const from = random("places", trial);
    const copy = [...words];
    for (let i = 0; i < replaced; i++) copy[from.below(copy.length)] = `new${i}`;
    return [words, copy].map((each) => {
      const text = each.join(" ");
      // in pieces that cut words
      for (let at = 0; at < text.length; at += 37) finder.push(text.slice(at, at + 37));
      return finder.isRepeat(sha256(text));
    })[1]!;
  };
  const rate = (replaced: number) => Array.from({ length: 60 }, (_, trial) => found(replaced, trial)).filter(Boolean).length / 60;

  test("a document with one word changed is found, one with half of them changed is not", () => {
    // one of 200 words is in five of 196 n-grams: similarity 0.95
    expect(rate(1)).toBe(1);
    expect(rate(100)).toBe(0);
  });

  test("at a similarity of three quarters, about three quarters are found", () => {
    // six changed words: 170 of 230 stretches are shared, about 0.75
    expect(rate(6)).toBeGreaterThan(0.5);
    expect(rate(6)).toBeLessThan(0.99);
  });

  test("case, punctuation and white space do not count; pieces change nothing; others stay", async () => {
    const work = workshop();
    const text = wordsOf(40, "a").join(" ");
    const rows = [text, `${text.toUpperCase().replaceAll(" ", ",\n")}!`, wordsOf(40, "b").join(" "), "short", "Short.", "…", "other"];
    const lines = rows.map((each) => JSON.stringify({ text: each })).join("\n");
    const result = await work.corpus([work.file("a.jsonl", lines)], { deduplicate: "near" });
    expect(work.documents("train")).toEqual([rows[0], rows[2], "short", "…", "other"]);
    expect(result.repeated).toBe(2);
  });
});

describe("seen documents are remembered in bounded memory", () => {
  test("numbers are found again until there are too many, and then the newest still are", () => {
    const seen = seenHashes(1 << 13);
    const from = random("hashes");
    const numbers = Array.from({ length: 30_000 }, () => [from.below(2 ** 32), from.below(2 ** 32)] as const);
    numbers.forEach(([high, low], i) => {
      expect.soft(seen.has(high, low)).toBe(false);
      seen.add(high, low);
      if (i === 5000) {
        expect(numbers.slice(0, 5001).every(([a, b]) => seen.has(a, b))).toBe(true);
        expect(seen.forgot()).toBe(false);
      }
    });
    expect(seen.forgot()).toBe(true);
    expect(numbers.slice(-6000).every(([a, b]) => seen.has(a, b))).toBe(true);
    expect(numbers.slice(0, 6000).some(([a, b]) => seen.has(a, b))).toBe(false);
    expect(seen.has(0, 0)).toBe(false);
    seen.add(0, 0);
    expect(seen.has(0, 0)).toBe(true);
  });
});

describe("limits", () => {
  test("so many documents, of those that are kept", async () => {
    const work = workshop();
    const files = [work.file("a.txt", "one\n\none\ntwo\nthree\nfour\n"), work.file("b.txt", "\xff never read")];
    const result = await work.corpus(files, { documents: "line", deduplicate: "exact", limit: { unit: "documents", value: 3 } });
    expect(work.documents("train")).toEqual(["one", "two", "three"]);
    expect(result.splits.train).toEqual({ documents: 3, bytes: 11, characters: 11 });
  });

  test("so many tokens of the training split, to the token", async () => {
    const work = workshop();
    const text = Array.from({ length: 100 }, (_, i) => `document ${i}`).join("\n");
    await work.corpus([work.file("a.txt", text)], { documents: "line", split: { validation: 0.2 } });
    await work.tokenizer({ kind: "bytes" });
    const all = await work.encode();
    const limited = await work.encode("corpus", 300);
    expect(limited.splits.train.tokens).toBe(300);
    expect(limited.splits.train.documents).toBeLessThan(all.splits.train.documents);
    expect(limited.splits.validation).toEqual(all.splits.validation);
    expect(limited.splits.train.bytes).toBeGreaterThanOrEqual(300 - 2 * limited.splits.train.documents);
  });
});
