import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { workshop } from "./helpers.ts";

describe("bytes", () => {
  test("a byte order mark is left out and CRLF becomes LF, also across pieces", async () => {
    const work = workshop();
    const long = "x".repeat((1 << 20) - 1);
    await work.corpus([work.file("marked.txt", `\uFEFFa\r\nb\rc\uFEFF`), work.file("long.txt", `${long}\r\n€${long}\r`)]);
    expect(work.documents("train")).toEqual(["a\nb\rc\uFEFF", `${long}\n€${long}\r`]);
  });

  test.each([
    ["a Latin-1 letter", Buffer.from("caf\xe9 au lait", "latin1"), "0xE9", 3],
    ["a character that is cut at the end", Buffer.from([0x61, 0xe2, 0x82]), "0xE2", 1],
    ["a surrogate", Buffer.from([0x61, 0xed, 0xa0, 0x80]), "0xED", 1],
    ["a long form", Buffer.from([0xc0, 0xaf]), "0xC0", 0],
    ["far into a large file", Buffer.concat([Buffer.from("日本".repeat(400_000)), Buffer.from([0xa5])]), "0xA5", 2_400_000],
  ])("%s is an error with file and offset", async (_what, bytes, byte, offset) => {
    const work = workshop();
    const file = work.file("bad.txt", bytes);
    await expect(work.corpus([file])).rejects.toThrow(`${file.path}:1: byte ${byte} at offset ${offset} is not valid UTF-8`);
  });

  test("characters are counted as code points and bytes as UTF-8", async () => {
    const work = workshop();
    const { splits } = await work.corpus([work.file("a.txt", "aé€𝕏")]);
    expect(splits.train).toEqual({ documents: 1, bytes: 1 + 2 + 3 + 4, characters: 4 });
  });

  test("a file that changed since planning is an error", async () => {
    const work = workshop();
    const file = work.file("a.txt", "before");
    work.file("a.txt", "behind");
    await expect(work.corpus([file])).rejects.toThrow("a.txt changed after the run was planned");
  });
});

describe("documents", () => {
  const text = "\none two\nthree\n\n \t\nfour\n\n\n\nfive\n";

  test.each([
    ["file", [text]],
    ["line", ["one two", "three", "four", "five"]],
    ["paragraph", ["one two\nthree", "four", "five"]],
  ] as const)("by %s", async (documents, expected) => {
    const work = workshop();
    await work.corpus([work.file("a.txt", text), work.file("blank.txt", " \n\n")], { documents });
    expect(work.documents("train")).toEqual(expected);
  });

  test.each(["line", "paragraph"] as const)("by %s: no document reaches over the end of its file", async (documents) => {
    const work = workshop();
    await work.corpus([work.file("a.txt", "one"), work.file("b.txt", "two\n\nthree")], { documents });
    expect(work.documents("train")).toEqual(["one", "two", "three"]);
  });

  test.each(["line", "paragraph"] as const)("by %s: a document of several pieces stays one", async (documents) => {
    const work = workshop();
    const long = "word ".repeat(500_000).trim();
    await work.corpus([work.file("a.txt", `a\n\n${long}\n\nb\n`)], { documents });
    expect(work.documents("train")).toEqual(["a", long, "b"]);
  });

  test("the index has each document's first byte and the end of the last", async () => {
    const work = workshop();
    await work.corpus([work.file("a.txt", "é\nab\n")], { documents: "line" });
    const bytes = readFileSync(join(work.folder("corpus"), "train.index"));
    const offsets = Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
    expect(offsets).toEqual([0, 2, 4]);
    expect(readFileSync(join(work.folder("corpus"), "train.txt"), "utf8")).toBe("éab");
  });
});

describe("the split by document", () => {
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `document ${from + i}`).join("\n");
  const spec = { documents: "line", split: { validation: 0.1, test: 0.2 } } as const;

  test("has the declared shares and every document once", async () => {
    const work = workshop();
    const { splits } = await work.corpus([work.file("a.txt", lines(0, 10_000))], spec);
    const all = (["train", "validation", "test"] as const).flatMap((split) => work.documents(split));
    expect(new Set(all).size).toBe(10_000);
    expect(all).toHaveLength(10_000);
    // four standard deviations
    expect(Math.abs(splits.validation.documents - 1000)).toBeLessThan(120);
    expect(Math.abs(splits.test.documents - 2000)).toBeLessThan(160);
  });

  test("does not move when a file is added, whatever its place in the order", async () => {
    const work = workshop();
    const old = work.file("b.txt", lines(0, 1000));
    const added = work.file("a.txt", lines(1000, 1500));
    await work.corpus([old], spec, "before");
    await work.corpus([added, old], spec, "after");
    for (const split of ["train", "validation", "test"] as const) {
      const before = work.documents(split, "before");
      expect(before.length).toBeGreaterThan(50);
      expect(work.documents(split, "after").slice(-before.length)).toEqual(before);
    }
  });

  test("keeps equal documents together", async () => {
    const work = workshop();
    await work.corpus([work.file("a.txt", lines(0, 200)), work.file("b.txt", lines(0, 200))], spec);
    const validation = new Set([...work.documents("validation"), ...work.documents("test")]);
    expect(validation.size).toBeGreaterThan(20);
    expect(work.documents("train").filter((document) => validation.has(document))).toEqual([]);
  });
});

describe("the split by position", () => {
  test("cuts the whole text at characters, in order", async () => {
    const work = workshop();
    const split = { by: "position", validation: 0.2, test: 0.1 } as const;
    const { splits } = await work.corpus([work.file("a.txt", "0123€5"), work.file("b.txt", "6𝕏89")], { split });
    expect(["train", "validation", "test"].map((name) => work.documents(name as "train"))).toEqual([["0123€5", "6"], ["𝕏8"], ["9"]]);
    expect(splits.validation).toEqual({ documents: 1, bytes: 5, characters: 2 });
  });

  test("a tenth of a million characters is exactly a tenth", async () => {
    const work = workshop();
    const { splits } = await work.corpus([work.file("a.txt", "0123456789".repeat(100_000))], {
      split: { by: "position", validation: 0.1 },
    });
    expect([splits.train.characters, splits.validation.characters]).toEqual([900_000, 100_000]);
  });
});

describe("corpora that cannot be split", () => {
  test.each(["", " \n\n\t\n"])("a corpus without text: %o", async (text) => {
    const work = workshop();
    await expect(work.corpus([work.file("a.txt", text)])).rejects.toThrow("the corpus is empty");
  });

  test("a validation split that no document falls into", async () => {
    const work = workshop();
    const made = work.corpus([work.file("a.txt", "one document")], { split: { validation: 0.01 } });
    await expect(made).rejects.toThrow(/the validation split of the corpus is empty: .*split by position/);
  });

  test("a share of less than one character", async () => {
    const work = workshop();
    const made = work.corpus([work.file("a.txt", "short")], { split: { by: "position", validation: 0.1, test: 0.1 } });
    await expect(made).rejects.toThrow("the validation split of the corpus is empty");
  });
});

test("a request to stop is heard", async () => {
  const work = workshop();
  const file = work.file("a.txt", "text");
  work.stop.abort();
  await expect(work.corpus([file])).rejects.toThrow("stopped");
});
