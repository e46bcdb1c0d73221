import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { type TextFormat, textFormatOf } from "#runtime/contract/formats.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { parseJson } from "#runtime/contract/parse-json.ts";
import { beginningFlaws, contentOf, fieldFlaw } from "#runtime/tasks/checks/beginning.ts";
import { type DataFlaw, firstFlaw, placeIn } from "#runtime/tasks/checks/data-check.ts";
import { beginning } from "#runtime/tasks/checks/file-checks.ts";
import { columnChecks } from "#runtime/tasks/checks/headers.ts";
import { linesOfNames, objectChecks, partedChecks } from "#runtime/tasks/checks/rows.ts";
import { fieldAt } from "#runtime/tasks/formats/json-fields.ts";
import { isQuoted, longestRow, quoteScanner } from "#runtime/tasks/formats/quotes.ts";
import { fileBytes } from "./file-bytes.ts";
import { readParquet } from "./read-parquet.ts";
import { readCorpusText } from "./read-text.ts";

/** A table file and the place of its texts. */
export interface TableSource {
  path: string;
  /** Column or field of the text. */
  column: string;
  /** Receives the bytes as they are in the file. */
  onBytes?: ((bytes: Uint8Array) => void) | undefined;
}

/** Reads the texts of a table's rows in groups; a row without text has an empty one. Throws JobFailure with file and line. */
type RowReader = (source: TableSource) => AsyncGenerator<string[]>;

const readers: { readonly [K in NonNullable<TextFormat["table"]>]: RowReader } = {
  ".jsonl": readJsonLines,
  ".ndjson": readJsonLines,
  ".csv": (source) => readQuoted(source, textOf(source), ","),
  ".tsv": readTabs,
  ".parquet": readParquet,
};

/** The row reader for a file, by its extension; undefined for plain text. */
export function rowReaderOf(path: string): RowReader | undefined {
  const { table } = textFormatOf(path);
  return table === null ? undefined : readers[table];
}

function textOf({ path, onBytes }: TableSource): AsyncGenerator<string> {
  return readCorpusText(path, onBytes, contentOf(path, "line"));
}

async function* readJsonLines(source: TableSource): AsyncGenerator<string[]> {
  const { path, column } = source;
  for await (const { lines, first } of lineGroups(path, textOf(source))) {
    yield lines.flatMap((line, i) => (line.trim() === "" ? [] : [textIn(line, { path, line: first + i }, column)]));
  }
}

interface Place {
  path: string;
  line: number;
}

function textIn(line: string, at: Place, column: string): string {
  const value = parsed(line, `${at.path}:${at.line}`);
  const found = fieldAt(value, column);
  // the common case, for what may be billions of rows
  if (at.line > linesOfNames && typeof found?.value === "string") return found.value;
  const flaw = firstFlaw(objectChecks, "corpus", { line: at.line <= linesOfNames ? line : "", value }) ?? fieldFlaw(value, column);
  if (flaw) throw failure(at, flaw);
  return (found?.value as string | null | undefined) ?? "";
}

function failure({ path, line }: Place, flaw: DataFlaw): JobFailure {
  return new JobFailure(`${placeIn(path, { line, ...flaw })}: ${flaw.message}`);
}

function parsed(line: string, place: string): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    const position = Number(/position (\d+)/u.exec((error as Error).message)?.[1] ?? 0);
    throw new JobFailure(`${place}:${position + 1}: not JSON: ${(error as Error).message}; each line must be one object`);
  }
}

/**
 * Reads tab-separated files, which usually do not quote and contain bare quotes; the first piece shows whether this one quotes like CSV.
 */
async function* readTabs(source: TableSource): AsyncGenerator<string[]> {
  const pieces = textOf(source);
  const first = await pieces.next();
  if (first.done) return;
  const whole = first.value.slice(0, first.value.lastIndexOf("\n") + 1) || first.value;
  const all = joined(first.value, pieces);
  if (isQuoted(whole, "\t")) yield* readQuoted(source, all, "\t");
  else yield* readUnquoted(source, all);
}

async function* joined(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield first;
    yield* rest;
  } finally {
    // the file is open even if the rest was never requested
    await rest.return(undefined);
  }
}

async function* readUnquoted({ path, column }: TableSource, pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
  let table: Table | undefined;
  for await (const { lines, first } of lineGroups(path, pieces)) {
    const texts: string[] = [];
    for (const [i, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const fields = line.split("\t");
      const at = { path, line: first + i };
      if (table) texts.push(fieldOf(table, fields, at, "\t"));
      else table = await tableOf(fields, at, column);
    }
    yield texts;
  }
}

async function* readQuoted({ path, column }: TableSource, pieces: AsyncIterable<string>, delimiter: string): AsyncGenerator<string[]> {
  const parser = parse({
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    record_delimiter: "\n",
    max_record_size: longestRow,
  });
  pipeline(Readable.from(pieces), parser, () => {});
  let table: Table | undefined;
  let texts: string[] = [];
  try {
    for await (const parsed of parser) {
      const { record, info } = parsed as { record: string[]; info: { lines: number } };
      // the library reports the line on which a record ends
      const line = info.lines - record.reduce((sum, field) => sum + field.split("\n").length - 1, 0);
      const at = { path, line };
      if (table) texts.push(fieldOf(table, record, at, delimiter));
      else table = await tableOf(record, at, column);
      if (texts.length < 1000) continue;
      yield texts;
      texts = [];
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw await quoteFailure(path, delimiter, error);
  }
  yield texts;
}

/** A failure with the line of the wrong quote. The parser only reports where it stopped, so the file is read again up to there. */
async function quoteFailure(path: string, delimiter: string, error: CsvError): Promise<JobFailure> {
  const scanner = quoteScanner(delimiter);
  for await (const piece of readCorpusText(path)) if (scanner.push(piece)) break;
  const fault = scanner.end();
  if (fault) return new JobFailure(`${path}:${fault.line}:${fault.column}: ${fault.message}`);
  return new JobFailure(`${path}:${typeof error.lines === "number" ? error.lines : 1}: the quotes do not match: ${error.message}`);
}

interface Table {
  columns: number;
  /** Index of the text column. */
  index: number;
}

/** The table with this header. If the text column is missing, the failure says what else the file seems to be. */
async function tableOf(header: readonly string[], at: Place, column: string): Promise<Table> {
  const index = header.indexOf(column);
  if (index >= 0 && header.lastIndexOf(column) === index) return { columns: header.length, index };
  const { path, line } = at;
  const bytes = await firstBytes(path);
  const [flaw] = beginningFlaws({ path, bytes, isWhole: bytes.length < beginning, corpus: { documents: "line", column } });
  const seen = { columns: header, line, name: column, isThere: index >= 0, reachable: header, what: "column" } as const;
  throw failure(at, flaw ?? firstFlaw(columnChecks, "corpus", seen)!);
}

async function firstBytes(path: string): Promise<Buffer> {
  let start: Buffer = Buffer.alloc(0);
  for await (const piece of fileBytes(path)) {
    start = Buffer.concat([start, piece]);
    if (start.length >= beginning) break;
  }
  return start;
}

function fieldOf({ columns, index }: Table, fields: readonly string[], at: Place, delimiter: string): string {
  if (fields.length === columns) return fields[index]!;
  throw failure(at, firstFlaw(partedChecks, "corpus", { fields: fields.length, columns, delimiter })!);
}

/** Groups of whole lines, each with the number of its first line. */
async function* lineGroups(path: string, pieces: AsyncIterable<string>): AsyncGenerator<{ lines: string[]; first: number }> {
  let rest = "";
  let first = 1;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf("\n");
    if (end < 0) {
      rest += piece;
      if (rest.length > longestRow)
        throw new JobFailure(`${path}:${first}: a row of more than ${longestRow} characters; each line must be a row`);
      continue;
    }
    const lines = (rest + piece.slice(0, end)).split("\n");
    rest = piece.slice(end + 1);
    yield { lines, first };
    first += lines.length;
  }
  if (rest !== "") yield { lines: [rest], first };
}
