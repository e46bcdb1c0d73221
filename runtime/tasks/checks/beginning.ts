import { textFormatOf } from "#runtime/contract/formats.ts";
import { parseJson } from "#runtime/contract/parse-json.ts";
import type { CorpusSpec } from "#runtime/contract/spec.ts";
import { decode } from "../formats/decode.ts";
import { columnOf, fieldAt, namesBeside } from "../formats/json-fields.ts";
import { readTable } from "../formats/table-file.ts";
import { type DataFlaw, firstFlaw, flaws } from "./data-check.ts";
import { type FileSeen, fileChecks } from "./file-checks.ts";
import { columnChecks, headerChecks } from "./headers.ts";
import { fieldChecks, objectChecks } from "./rows.ts";

/** The beginning of a corpus's file, decompressed. */
export interface Beginning {
  path: string;
  bytes: Uint8Array;
  isWhole: boolean;
  corpus: Pick<CorpusSpec, "documents" | "column">;
}

/** What the beginning of a corpus's file shows; Parquet says what it is at its end. */
export function beginningFlaws({ path, bytes, isWhole, corpus }: Beginning): DataFlaw[] {
  const { table } = textFormatOf(path);
  if (table === ".parquet") return [];
  const content = contentOf(path, corpus.documents);
  const ofFile = flaws(fileChecks, "corpus", { bytes, isWhole, encoding: "utf-8", reader: "corpus", content });
  if (table === null || ofFile.some(({ severity }) => severity === "error")) return ofFile;
  const read = decode(bytes, "utf-8");
  // the rest of the last line is not known
  const text = isWhole ? read : read.slice(0, read.lastIndexOf("\n") + 1);
  const column = corpus.column ?? usualColumn;
  const flaw = content === "json-lines" ? ofFirstObject(text, column) : ofHeader(path, text, column);
  return flaw ? [...ofFile, flaw] : ofFile;
}

/** Where texts are in tables, unless the corpus says it. */
export const usualColumn = "text";

/** How the text of a corpus's file is divided. */
export function contentOf(path: string, documents: CorpusSpec["documents"]): FileSeen["content"] {
  const { table } = textFormatOf(path);
  if (table !== null) return table === ".jsonl" || table === ".ndjson" ? "json-lines" : "table";
  return documents === "file" ? "document" : "lines";
}

function ofFirstObject(text: string, column: string): DataFlaw | null {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const index = lines.findIndex((line) => line.trim() !== "");
  const flaw = index < 0 ? null : objectFlaw(lines[index]!, column);
  return flaw && { line: index + 1, ...flaw };
}

/** Invalid JSON is reported when it is read. */
function objectFlaw(line: string, column: string): DataFlaw | null {
  try {
    const value: unknown = parseJson(line);
    return firstFlaw(objectChecks, "corpus", { line, value }) ?? fieldFlaw(value, column);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What is wrong with the text of an object. */
export function fieldFlaw(value: unknown, column: string): DataFlaw | null {
  const found = fieldAt(value, column);
  if (found) return firstFlaw(fieldChecks, "corpus", { name: column, value: found.value });
  const reachable = namesBeside(value, column);
  return firstFlaw(columnChecks, "corpus", { columns: [], line: null, name: column, isThere: false, reachable, what: "field" });
}

function ofHeader(path: string, text: string, column: string): DataFlaw | null {
  const { columns, rows, header } = readTable(path, text, { format: "auto", columns: null, separators: null, encoding: "utf-8" });
  if (header.line === null) return null;
  const isThere = columnOf(columns, column)?.inside === null;
  const fields = rows.slice(0, 50).map(({ line, values }) => ({ line, fields: values }));
  const seen = { reader: "corpus", columns, ...header, rows: fields, requested: [column], there: isThere ? [column] : [] } as const;
  return (
    firstFlaw(headerChecks, "corpus", seen) ??
    firstFlaw(columnChecks, "corpus", { columns, line: header.line, name: column, isThere, reachable: columns, what: "column" })
  );
}
