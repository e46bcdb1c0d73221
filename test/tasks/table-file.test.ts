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

  test("a quote that does not close", () => {
    expect(rowsOf("a.csv", 's,l\na,1\n"b,0\n').problems).toEqual([
      { line: expect.any(Number), column: 1, message: expect.stringContaining("quotes") },
    ]);
  });

  test("a bare comma says what to do", () => {
    expect(rowsOf("a.csv", "s,l\na, b,1\n").problems[0]?.message).toContain("needs quotes around it");
  });
});

describe("JSON Lines", () => {
  test("fields in any order, numbers and truth values as written, missing ones undefined", () => {
    expect(rowsOf("a.jsonl", '{"s":"a","l":1}\n\n{"l":true,"s":"b\\n","more":null}\n{"s":"c"}\n')).toEqual({
      columns: ["s", "l", "more"],
      values: [
        ["a", "1", undefined],
        ["b\n", "true", undefined],
        ["c", undefined, undefined],
      ],
      lines: [1, 3, 4],
      problems: [],
    });
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
