import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readExamples } from "#runtime/tasks/examples.ts";
import { filesOf, plain, sentiment, tsv } from "./helpers.ts";

/** Written by `test/corpus/tables/make.py`. */
const parquet = (name: string) => readFileSync(join(import.meta.dirname, "..", "corpus", "tables", `${name}.parquet`));

const rows = tsv(["good", "1"], ["bad", "0"]);
const labelled = { ...sentiment, label: "label" };

describe("a task's file", () => {
  const compressed: [by: string, name: string, bytes: Uint8Array][] = [["gzip", "train.tsv.gz", gzipSync(rows)]];
  if (typeof zstdCompressSync === "function") compressed.push(["zstd", "train.tsv.zst", zstdCompressSync(rows)]);
  test.each(compressed)("compressed by %s is read as the file inside", (_, name, bytes) => {
    const { examples, problems } = readExamples({ ...sentiment, train: name }, "train", filesOf({ [name]: bytes }).read);
    expect(problems).toEqual([]);
    expect(examples).toMatchObject([
      { text: "good", label: "1" },
      { text: "bad", label: "0" },
    ]);
  });

  test("Parquet's rows are those of a table, whole numbers without a fraction", () => {
    const files = filesOf({ "a.parquet": parquet("labels") });
    const { examples, problems } = readExamples({ ...labelled, train: "a.parquet" }, "train", files.read);
    expect(problems).toEqual([]);
    expect(examples).toMatchObject([
      { id: "a.parquet:1", text: "good", label: "1" },
      { text: "bad", label: "0" },
      { text: 'fine, "quoted"', label: "1" },
    ]);
  });

  test("lists of words and tags of Parquet are sentences", () => {
    const task = {
      kind: "tagging",
      train: "w.parquet",
      validation: 0,
      test: 0,
      data: plain,
      words: null,
      tags: null,
      metrics: [],
    } as const;
    const { examples, problems } = readExamples(task, "train", filesOf({ "w.parquet": parquet("words") }).read);
    expect(problems).toEqual([]);
    expect(examples).toMatchObject([
      { words: ["Ada", "wrote"], tags: ["B-person", "O"] },
      { words: ["to", "Bath"], tags: ["O", "B-place"] },
    ]);
  });

  test.each([
    ["of Parquet", "q.parquet", parquet("questions")],
    [
      "of JSON Lines",
      "q.jsonl",
      [
        { id: "a", context: "Ada lived in Bath 𝕏, then here.", question: "Where?", answers: { text: ["here"], answer_start: [26] } },
        { id: "b", context: "Nobody.", question: "Who?", answers: { text: [], answer_start: [] } },
      ]
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(""),
    ],
  ])("rows %s are questions, characters counted as Python does", (_, name, content) => {
    const task = { kind: "span_question_answering", train: name, validation: 0, test: 0, data: plain, metrics: [] } as never;
    const { examples, problems } = readExamples(task, "train", filesOf({ [name]: content }).read);
    expect(problems).toEqual([]);
    expect(examples).toMatchObject([
      { name: "a", question: "Where?", answers: [{ text: "here", start: 27 }] },
      { name: "b", answers: [] },
    ]);
  });

  test.each([
    ["a damaged gzip", "t.tsv.gz", gzipSync(rows).subarray(0, 20), /^t\.tsv\.gz: the compressed data is damaged or cut off/],
    ["a cut Parquet file", "t.parquet", parquet("labels").subarray(0, -9), /^t\.parquet: not a Parquet file that can be read/],
    ["a Parquet file that is compressed again", "t.parquet.gz", gzipSync(parquet("labels")), /decompress it$/],
    ["a missing column of Parquet", "t.parquet", parquet("words"), /no column "sentence".*"tokens"/],
  ])("%s is a problem", (_, name, bytes, message) => {
    const { examples, problems } = readExamples({ ...labelled, train: name }, "train", filesOf({ [name]: bytes }).read);
    expect(examples).toEqual([]);
    expect(problems[0]).toMatchObject({ severity: "error", message: expect.stringMatching(message) });
  });

  test("a row that is no question has its line", () => {
    const task = { kind: "span_question_answering", train: "q.jsonl", validation: 0, test: 0, data: plain, metrics: [] } as never;
    const { problems } = readExamples(task, "train", filesOf({ "q.jsonl": '\n{"id": "a", "context": "b"}\n' }).read);
    expect(problems[0]!.message).toMatch(/^q\.jsonl:2.*a row needs "context", "question", and "answers"/);
  });
});
