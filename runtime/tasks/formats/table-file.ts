import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import { parseJson } from "#runtime/contract/parse-json.ts";
import type { DataFormat } from "#runtime/contract/spec.ts";
import { firstFlaw } from "../checks/data-check.ts";
import { linesOfNames, objectChecks, partedChecks } from "../checks/rows.ts";
import { isQuoted, longestRow, quoteScanner } from "./quotes.ts";

/** Rows under named columns, from a TSV, CSV or JSON Lines file. */
export interface TableFile {
  columns: string[];
  /** Values in the order of `columns`: strings, of JSON what it holds; undefined where a line lacks the field. Lines count from 1. */
  rows: { line: number; values: unknown[] }[];
  /** The line that names the columns, and what parts them; null where there is none. */
  header: { line: number | null; delimiter: string | null };
  problems: TableProblem[];
}

/** A place where a file is not what it should be. Columns count from 1, in characters. */
export interface TableProblem {
  line: number;
  column: number;
  message: string;
}

/**
 * `data.format`, or else the ending of `path`, tells the format: `.tsv` and `.txt`, `.csv`, or `.jsonl`, `.ndjson` and `.parquet`, whose
 * rows have come as JSON Lines.
 */
export function readTable(path: string, text: string, data: DataFormat): TableFile {
  const named = path.toLowerCase().replace(/\.(?:gz|zst)$/u, "");
  const isRows = named.endsWith(".parquet");
  const format = formats.find(({ name, endings }) =>
    data.format === "auto" || isRows ? endings.some((ending) => named.endsWith(ending)) : name === data.format,
  );
  if (format) return format.read(text.replace(/^\uFEFF/u, "").replaceAll("\r\n", "\n"), data);
  const known = formats.flatMap(({ endings }) => endings).join(", ");
  const message = `the ending of the file tells no table; known are ${known}; for another ending say format: tsv`;
  return { columns: [], rows: [], header: { line: null, delimiter: null }, problems: [{ line: 1, column: 1, message }] };
}

type TableFormat = Pick<DataFormat, "columns" | "separators">;

const formats: readonly { name: DataFormat["format"]; endings: readonly string[]; read(text: string, format: TableFormat): TableFile }[] = [
  { name: "tsv", endings: [".tsv", ".txt"], read: readLines },
  { name: "csv", endings: [".csv"], read: (text, format) => readSeparated(text, format.separators?.[0] ?? ",", '"', format.columns) },
  { name: "jsonl", endings: [".jsonl", ".ndjson", ".parquet"], read: readJsonLines },
];

function readLines(text: string, { columns, separators }: TableFormat): TableFile {
  if (columns && separators) return readParted(text, columns, separators);
  const delimiter = separators?.[0] ?? "\t";
  return readSeparated(text, delimiter, isQuoted(text, delimiter) ? '"' : null, columns);
}

/** Each line is divided at the first separator, the rest at the second, and so on; the last column takes the rest. */
function readParted(text: string, columns: readonly string[], separators: readonly string[]): TableFile {
  const problems: TableProblem[] = [];
  const rows: TableFile["rows"] = [];
  text.split("\n").forEach((row, i) => {
    if (row.trim() === "") return;
    const values: string[] = [];
    let at = 0;
    for (let gap = 0; gap < columns.length - 1; gap++) {
      const separator = separators[Math.min(gap, separators.length - 1)] as string;
      const end = row.indexOf(separator, at);
      if (end < 0) {
        const message = `no ${JSON.stringify(separator)} after the column "${columns[gap]}"`;
        problems.push({ line: i + 1, column: at + 1, message });
        return;
      }
      values.push(row.slice(at, end));
      at = end + separator.length;
    }
    rows.push({ line: i + 1, values: [...values, row.slice(at)] });
  });
  return { columns: [...columns], rows, header: { line: null, delimiter: separators[0]! }, problems };
}

/** `named`: the columns' names where the file has no header. */
function readSeparated(text: string, delimiter: string, quote: '"' | null, named: readonly string[] | null): TableFile {
  const problems: TableProblem[] = [];
  const records = parseRecords(text, delimiter, quote, problems);
  // where quotes do not match the header shows whether another separator is the reason
  const columns = [...(named ?? records[0]?.fields ?? text.split("\n", 1)[0]!.split(delimiter))];
  const rows: TableFile["rows"] = [];
  for (const { fields, line } of named ? records : records.slice(1)) {
    if (fields.length === columns.length) rows.push({ line, values: fields });
    else {
      const flaw = firstFlaw(partedChecks, "task", { fields: fields.length, columns: columns.length, delimiter });
      problems.push({ line, column: 1, message: flaw!.message });
    }
  }
  return { columns, rows, header: { line: named ? null : (records[0]?.line ?? 1), delimiter }, problems };
}

/** `line`: where a record begins. */
function parseRecords(text: string, delimiter: string, quote: '"' | null, problems: TableProblem[]): { fields: string[]; line: number }[] {
  if (quote === null) {
    return text.split("\n").flatMap((row, i) => (row.trim() === "" ? [] : [{ fields: row.split(delimiter), line: i + 1 }]));
  }
  try {
    const records = parse(text, {
      delimiter,
      quote,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      record_delimiter: "\n",
      max_record_size: longestRow,
    });
    const parsed = records as unknown as { record: string[]; info: { lines: number } }[];
    // the library tells the line on which a record ends
    return parsed.map(({ record, info }) => ({ fields: record, line: info.lines - lineFeeds(record) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push(csvProblem(error, text, delimiter));
    return [];
  }
}

function lineFeeds(fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + field.split("\n").length - 1, 0);
}

function csvProblem(error: CsvError, text: string, delimiter: string): TableProblem {
  const scanner = quoteScanner(delimiter);
  const fault = scanner.push(text) ?? scanner.end();
  return (
    fault ?? { line: typeof error.lines === "number" ? error.lines : 1, column: 1, message: `the quotes do not match: ${error.message}` }
  );
}

/** Columns are all fields that some line has, in the order in which they come up. */
function readJsonLines(text: string): TableFile {
  const problems: TableProblem[] = [];
  const columns: string[] = [];
  const indexOf = new Map<string, number>();
  const rows: TableFile["rows"] = [];
  text.split("\n").forEach((row, i) => {
    if (row.trim() === "") return;
    const object = parseObject(row, i + 1, problems, rows.length < linesOfNames);
    if (!object) return;
    const values: unknown[] = [];
    for (const [name, value] of Object.entries(object)) {
      const column = indexOf.get(name) ?? columns.push(name) - 1;
      indexOf.set(name, column);
      values[column] = value;
    }
    rows.push({ line: i + 1, values });
  });
  return {
    columns,
    rows: rows.map(({ line, values }) => ({ line, values: Array.from(columns, (_, c) => values[c]) })),
    header: { line: null, delimiter: null },
    problems,
  };
}

function parseObject(row: string, line: number, problems: TableProblem[], withNames: boolean): Record<string, unknown> | null {
  try {
    const value: unknown = parseJson(row);
    const flaw = firstFlaw(objectChecks, "task", { line: withNames ? row : "", value });
    if (!flaw) return value as Record<string, unknown>;
    problems.push({ line, column: 1, message: flaw.message });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = Number(/position (\d+)/u.exec(error.message)?.[1] ?? 0);
    problems.push({ line, column: position + 1, message: `not JSON: ${error.message}` });
  }
  return null;
}
