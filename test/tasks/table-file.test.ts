import { describe, expect, test } from "vitest";
import { readTable as readWith } from "#runtime/tasks/formats/table-file.ts";
import { plain } from "./helpers.ts";

const readTable = (path: string, text: string) => readWith(path, text, plain);

const rowsOf = (path: string, text: string) => {
  const { columns, rows, problems } = readTable(path, text);
  return { columns, values: rows.map(({ values }) => values), lines: rows.map(({ line }) => line), problems };
};

describe("TSV", () => {
  test("bare quotes are text, as in GLUE", () => {
    const text = 'sentence\tlabel\n"good" he said\t1\n5" screens\t0\n"whole"\t1\n';
    expect(rowsOf("a.tsv", text)).toEqual({
      columns: ["sentence", "label"],
      values: [
        ['"good" he said', "1"],
        ['5" screens', "0"],
        ['"whole"', "1"],
      ],
      lines: [2, 3, 4],
      problems: [],
    });
  });

  test.each([
    [
      "a whole column is",
      's\tl\n"one"\t1\n"two ""2"""\t0\n',
      [
        ["one", "1"],
        ['two "2"', "0"],
      ],
    ],
    [
      "a doubled quote shows it",
      's\tl\n"say ""a"""\t1\nplain\t0\n',
      [
        ['say "a"', "1"],
        ["plain", "0"],
      ],
    ],
  ])("quoted where %s", (_name, text, values) => {
    expect(rowsOf("a.tsv", text).values).toEqual(values);
  });

  test.each([
    ["a line feed", 't\tl\nplain 0\ta\n"two\nlines"\ta\nplain 1\tb\n', ["plain 0", "two\nlines", "plain 1"], [2, 3, 5]],
    ["a line feed and quotes", 't\tl\nplain 0\ta\n"two\nlines ""q"""\ta\n', ["plain 0", 'two\nlines "q"'], [2, 3]],
    ["a tab", 't\tl\nplain 0\ta\n"one\ttwo"\tb\n', ["plain 0", "one\ttwo"], [2, 3]],
    ["a blank line", 't\tl\n"one\n\ntwo"\tb\nplain\ta\n', ["one\n\ntwo", "plain"], [2, 5]],
  ])("%s in quotes is read, as pandas writes it", (_, text, texts, lines) => {
    const found = rowsOf("a.tsv", text);
    expect(found.problems).toEqual([]);
    expect(found.values.map(([first]) => first)).toEqual(texts);
    expect(found.lines).toEqual(lines);
  });

  test("quotes that open at the beginning of one text and close at the end of another are text", () => {
    const text = 't\tl\n"he began\ta\nand went on"\tb\n"whole"\ta\n';
    expect(rowsOf("a.tsv", text).values.map(([first]) => first)).toEqual(['"he began', 'and went on"', '"whole"']);
  });

  test("a quoted field of 16 MB", () => {
    const long = "x".repeat(1 << 24);
    expect(rowsOf("a.tsv", `t\tl\n"${long}\n"\ta\n`).values[0]?.[0]).toBe(`${long}\n`);
  });

  test("CRLF, a byte order mark, blank lines and a last line without end", () => {
    expect(rowsOf("a.tsv", "\uFEFFs\tl\r\na\t1\r\n\r\nb\t0")).toMatchObject({
      columns: ["s", "l"],
      values: [
        ["a", "1"],
        ["b", "0"],
      ],
      lines: [2, 4],
    });
  });

  test("a row with too few or too many fields has its line", () => {
    expect(rowsOf("a.tsv", "s\tl\na\na\t1\na\tb\t1\n")).toMatchObject({
      values: [["a", "1"]],
      problems: [
        { line: 2, column: 1, message: "1 fields in a table of 2 columns" },
        { line: 4, column: 1, message: "3 fields in a table of 2 columns" },
      ],
    });
  });
});

describe("CSV", () => {
  test("quoted fields hold commas, quotes and line feeds", () => {
    expect(rowsOf("a.csv", 's,l\n"a, ""b""\nc",1\nd,0\n')).toEqual({
      columns: ["s", "l"],
      values: [
        ['a, "b"\nc', "1"],
        ["d", "0"],
      ],
      lines: [2, 4],
      problems: [],
    });
  });

  const [open, closed, stray] = [
    "the one that opens here never closes",
    "the one that opens here closes at 4:2",
    "this one is inside a field",
  ];
  test.each([
    ["never closes", 's,l\na,1\n"b,0\nc,1\n', 3, 1, open],
    ["never closes, in a later column", 's,l\na,1\nb,"0\nc,1\n', 3, 3, open],
    ["never closes after a field of two lines", 's,l\n"a\nb",1\n"c,0\nd,1\n', 4, 1, open],
    ["closes where another field opens", 's,l\na,1\n"b,0\n"c",1\n', 3, 1, closed.replace("4:2", "4:1")],
    ["is inside a field", "s,l\n5'0\" tall,1\n", 2, 4, stray],
    ["has text after it", 's,l\na,1\nb,0\n"c"d,1\n', 4, 1, "the one that opens here closes at 4:3"],
  ])("a quote that %s has its place", (_, text, line, column, message) => {
    expect(rowsOf("a.csv", text).problems).toEqual([
      { line, column, message: expect.stringContaining(`the quotes do not match: ${message}`) },
    ]);
  });

  test("a bare comma says what to do", () => {
    expect(rowsOf("a.csv", "s,l\na, b,1\n").problems[0]?.message).toContain("needs quotes around it");
  });
});

describe("JSON Lines", () => {
  test("fields in any order, each as it is, missing ones undefined", () => {
    expect(rowsOf("a.jsonl", '{"s":"a","l":1}\n\n{"l":true,"s":"b\\n","more":null}\n{"s":"c"}\n')).toEqual({
      columns: ["s", "l", "more"],
      values: [
        ["a", 1, undefined],
        ["b\n", true, null],
        ["c", undefined, undefined],
      ],
      lines: [1, 3, 4],
      problems: [],
    });
  });

  test("a row that is nested beyond all measure is refused, and one with many brackets is not", () => {
    const deep = (levels: number) => `{"s":"a","more":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    const wide = JSON.stringify({ s: "[".repeat(200_000), more: Array.from({ length: 200_000 }, () => []) });
    expect(rowsOf("a.jsonl", `${deep(150_000)}\n${wide}\n`).problems).toEqual([]);
    for (const levels of [200_001, 1_000_000])
      expect(rowsOf("a.jsonl", `{"s":"a"}\n${deep(levels)}\n`).problems).toEqual([
        { line: 2, column: 200_016, message: expect.stringContaining("more than 200000 deep") },
      ]);
  });

  test("what is not an object has line and column", () => {
    expect(rowsOf("a.jsonl", '{"s":"a"}\n{"s" "a"}\n[1]\n').problems).toEqual([
      { line: 2, column: 6, message: expect.stringContaining("not JSON") },
      { line: 3, column: 1, message: expect.stringContaining("not a JSON object") },
    ]);
  });
});

test("an ending that tells no format", () => {
  expect(readTable("a.arrow", "").problems[0]?.message).toContain(".tsv, .txt, .csv, .jsonl, .ndjson, .parquet");
});
