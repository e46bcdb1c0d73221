import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { workshop } from "./helpers.ts";

const parquet = (name: string) => readFileSync(join(import.meta.dirname, "tables", `${name}.parquet`));

const texts = ["one", "zwei\nLinien", "trois, virgule", "五 𝕏"];
const jsonLines =
  '{"id": 1, "text": "one"}\n\n{"text": "zwei\\nLinien"}\n{"text": "trois, virgule", "more": {}}\n{"text": null}\n{"text": "五 𝕏"}';
const csv = 'id,text\n1,one\n2,"zwei\nLinien"\n3,"trois, virgule"\n4,\n5,五 𝕏\n';
const tsv = 'id\ttext\n1\t"one"\n2\t"zwei ""Linien"""\n';

describe("every row of a table is a document", () => {
  const tables: [string, string | Uint8Array][] = [
    ["a.jsonl", jsonLines],
    ["a.ndjson", jsonLines.replaceAll("\n", "\r\n")],
    ["a.jsonl.gz", gzipSync(jsonLines)],
    ["a.jsonl.zst", zstdCompressSync(jsonLines)],
    ["a.csv", csv],
    ["a.csv.gz", gzipSync(csv)],
    ["A.CSV", `\uFEFF${csv}`],
    ["none.parquet", parquet("none")],
    ["snappy.parquet", parquet("snappy")],
    ["gzip.parquet", parquet("gzip")],
    ["zstd.parquet", parquet("zstd")],
    ["brotli.parquet", parquet("brotli")],
  ];

  test.each(tables)("%s", async (name, content) => {
    const work = workshop();
    const { splits } = await work.corpus([work.file(name, content)]);
    expect(work.documents("train")).toEqual(texts);
    expect(splits.train.documents).toBe(4);
  });

  test("a tab-separated file that quotes like CSV", async () => {
    const work = workshop();
    await work.corpus([work.file("a.tsv.gz", gzipSync(tsv))]);
    expect(work.documents("train")).toEqual(["one", 'zwei "Linien"']);
  });

  test("a line feed and a tab in quotes of a tab-separated file, as pandas writes them", async () => {
    const work = workshop();
    await work.corpus([work.file("a.tsv", 'id\ttext\n1\tone\n2\t"zwei\nLinien"\n3\t"a\ttab"\n')]);
    expect(work.documents("train")).toEqual(["one", "zwei\nLinien", "a\ttab"]);
  });

  test("a tab-separated file without quoting keeps its quotes", async () => {
    const work = workshop();
    await work.corpus([work.file("a.tsv", 'n\tbody\n1\tsay "yes"\n2\t"\n')], { column: "body" });
    expect(work.documents("train")).toEqual(['say "yes"', '"']);
  });

  test("texts can be cut further, and files of several formats are read in their order", async () => {
    const work = workshop();
    const files = [work.file("a.jsonl", '{"text": "a\\nb"}\n{"text": "c"}\n'), work.file("b.txt.gz", gzipSync("d\ne\n"))];
    await work.corpus(files, { documents: "line" });
    expect(work.documents("train")).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("rows that lie across the pieces in which a file is read", async () => {
    const work = workshop();
    const rows = Array.from({ length: 3000 }, (_, i) => `row ${i} ${"€".repeat(i % 700)}`);
    const lines = rows.map((text) => JSON.stringify({ text })).join("\n");
    await work.corpus([work.file("a.jsonl", lines)]);
    expect(work.documents("train")).toEqual(rows);
    await work.corpus([work.file("a.csv.gz", gzipSync(`text\n${rows.map((row) => `"${row}"`).join("\n")}`))], {}, "csv");
    expect(work.documents("train", "csv")).toEqual(rows);
  });

  test("several compressed files in one", async () => {
    const work = workshop();
    await work.corpus([
      work.file("a.txt.gz", Buffer.concat([gzipSync("one "), gzipSync("two ")])),
      work.file("b.txt.zst", Buffer.concat([zstdCompressSync("three "), zstdCompressSync("four")])),
    ]);
    expect(work.documents("train")).toEqual(["one two ", "three four"]);
  });
});

describe("mistakes in a table are reported with file and line", () => {
  const broken: [string, string, string | Uint8Array, RegExp][] = [
    ["a broken line", "a.jsonl", '{"text": "a"}\n{"text": \n', /a\.jsonl:2:\d+: not JSON/],
    [
      "a row nested beyond all measure",
      "a.jsonl",
      `{"text": "a", "b": ${"[".repeat(300_000)}${"]".repeat(300_000)}}\n`,
      /a\.jsonl:1:200019: .*200000 deep/,
    ],
    ["a line that is no object", "a.jsonl", '{"text": "a"}\n["b"]\n', /a\.jsonl:2: not a JSON object/],
    [
      "a missing field",
      "a.jsonl",
      '{"text": "a"}\n{"test": "b", "id": 1}\n',
      /a\.jsonl:2: no field "text"; it has "test", "id"; nearest is "test"/,
    ],
    ["a field that is no text", "a.jsonl", '{"text": 17}\n', /a\.jsonl:1: "text" is no text but 17/],
    ["a missing column", "a.csv", "id,body\n1,x\n", /a\.csv:1: no column "text"; it has "id", "body"/],
    ["a ragged row", "a.csv", 'id,text\n1,"x\ny"\n2,one,two\n', /a\.csv:4: 3 fields in a table of 2 columns; a field with a comma/],
    ["a ragged row of tabs", "a.tsv", "id\ttext\n1\tx\n2\n", /a\.tsv:3: 1 fields in a table of 2 columns/],
    ["an open quote", "a.csv", 'id,text\n0,z\n1,"x\n2,y\n', /a\.csv:3:3: the quotes do not match: the one that opens here never closes/],
    [
      "a quote that closes too early",
      "a.csv",
      'id,text\n1,"x\n2,"y"\n',
      /a\.csv:2:3: the quotes do not match: the one that opens here closes at 3:3/,
    ],
    ["a stray quote", "a.csv", 'id,text\n1,5" x\n', /a\.csv:2:4: the quotes do not match: this one is inside a field/],
    [
      "text that is not UTF-8",
      "a.jsonl",
      Buffer.from('{"text": "caf\xe9"}', "latin1"),
      /a\.jsonl:1: byte 0xE9 at offset 13 is not valid UTF-8; it looks like Latin-1/,
    ],
    ["compressed text that is not UTF-8", "a.txt.gz", gzipSync(Buffer.from("caf\xe9", "latin1")), /a\.txt\.gz:1: byte 0xE9 at offset 3/],
    [
      "a truncated gzip file",
      "a.txt.gz",
      gzipSync("text ".repeat(1000)).subarray(0, -12),
      /a\.txt\.gz: the compressed data is damaged or cut off/,
    ],
    [
      "a truncated Zstandard file",
      "a.txt.zst",
      zstdCompressSync("abc".repeat(9999)).subarray(0, -4),
      /a\.txt\.zst: the compressed data is damaged/,
    ],
    ["a file that is not compressed", "a.txt.zst", "plain text", /a\.txt\.zst: the compressed data is damaged/],
    ["a missing column of Parquet", "a.parquet", parquet("none"), /a\.parquet: no column "txt"; it has "id", "text"/],
    ["numbers of Parquet", "a.parquet", parquet("none"), /a\.parquet: row 1: "id" is no text but 1/],
    ["a truncated Parquet file", "a.parquet", parquet("none").subarray(0, -20), /a\.parquet: not a Parquet file that can be read/],
    ["a compression that is not read", "a.parquet", parquet("lz4"), /a\.parquet: not a Parquet file that can be read \(.*LZ4/i],
  ];

  test.each(broken)("%s", async (what, name, content, message) => {
    const work = workshop();
    const column = what === "numbers of Parquet" ? "id" : what === "a missing column of Parquet" ? "txt" : "text";
    await expect(work.corpus([work.file(name, content)], { column })).rejects.toThrow(message);
  });

  test.each(["a.jsonl.gz", "a.parquet"])("%s: a file that changes after the run was planned", async (name) => {
    const work = workshop();
    const content = name.endsWith(".gz") ? gzipSync('{"text": "a"}') : parquet("none");
    const file = { ...work.file(name, content), sha256: "0".repeat(64) };
    await expect(work.corpus([file])).rejects.toThrow(`${name} changed after the run was planned`);
  });
});
