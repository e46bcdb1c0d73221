import type { DataFormat } from "#runtime/contract/spec.ts";
import type { TableProblem } from "./table-file.ts";

/** Sentences of tokens, one token a line with its columns, blank lines between sentences. */
export interface ConllFile {
  /** As named, or numbered from 1. */
  columns: string[];
  sentences: { line: number; tokens: string[][] }[];
  problems: TableProblem[];
}

/**
 * Tabs part the columns, or runs of spaces where a line has no tab. `-DOCSTART-` lines only part documents.
 * @see Tjong Kim Sang and De Meulder 2003, section 2.2
 */
export function readConll(text: string, { columns, separators }: Pick<DataFormat, "columns" | "separators">): ConllFile {
  const problems: TableProblem[] = [];
  const sentences: ConllFile["sentences"] = [];
  let width = columns?.length;
  let open: ConllFile["sentences"][number] | undefined;
  for (const [i, row] of text
    .replace(/^\uFEFF/u, "")
    .replaceAll("\r\n", "\n")
    .split("\n")
    .entries()) {
    if (row.trim() === "" || row.startsWith("-DOCSTART-")) {
      open = undefined;
      continue;
    }
    const fields = separators ? row.split(separators[0]!) : row.includes("\t") ? row.split("\t") : row.trim().split(/ +/u);
    width ??= fields.length;
    if (fields.length !== width) {
      problems.push({ line: i + 1, column: 1, message: `${fields.length} columns where the lines before have ${width}` });
      continue;
    }
    if (!open) {
      open = { line: i + 1, tokens: [] };
      sentences.push(open);
    }
    open.tokens.push(fields);
  }
  return { columns: columns ?? Array.from({ length: width ?? 0 }, (_, column) => String(column + 1)), sentences, problems };
}
