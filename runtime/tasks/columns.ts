import { closest } from "fastest-levenshtein";
import type { DataFormat, Split } from "#runtime/contract/spec.ts";
import type { DecodedFile, TaskProblem } from "./example.ts";
import { readTable, type TableFile } from "./formats/table-file.ts";

export interface ColumnRow<K extends string> {
  /** File name and line. */
  id: string;
  /** By the key that names the column; empty where a JSON line lacks the field. */
  values: Record<K, string>;
}

/** Reads columns of a table. `wanted`: by key of the task's declaration, the column that it names. */
export function readColumns<K extends string>(
  data: DataFormat,
  file: DecodedFile,
  key: Split,
  wanted: Readonly<Record<K, string>>,
): { rows: ColumnRow<K>[]; problems: TaskProblem[] } {
  const table = readTable(file.path, file.text, data);
  const problems = malformed(table, file.name, key);
  if (table.rows.length === 0) {
    if (problems.length > 0) return { rows: [], problems };
    const where = data.columns ? "" : " below its header";
    return { rows: [], problems: [{ severity: "error", code: "no-examples", message: `${file.name} has no rows${where}`, key }] };
  }
  const entries = Object.entries(wanted) as [K, string][];
  const missing = entries.flatMap(([role, name]) => missingColumn(role, name, file.name, table.columns));
  if (missing.length > 0) return { rows: [], problems: [...problems, ...missing] };
  const columns = entries.map(([role, name]) => [role, table.columns.indexOf(name)] as const);
  const rows = table.rows.map(({ line, values }) => ({
    id: `${file.name}:${line}`,
    values: Object.fromEntries(columns.map(([role, column]) => [role, values[column] ?? ""])) as Record<K, string>,
  }));
  return { rows, problems };
}

/** Rows without an answer cannot be learned from. */
export function emptyAnswers<K extends string>(rows: readonly ColumnRow<K>[], role: K, what: string, key: Split): TaskProblem[] {
  const empty = rows.filter(({ values }) => values[role].trim() === "");
  if (empty.length === 0) return [];
  const message = `${empty[0]?.id}: the ${what} is empty (rows without: ${empty.length}); fill it in or remove the row`;
  return [{ severity: "error", code: `empty-${role}`, message, key }];
}

/** Rows without a text are read as they are. */
export function emptyTexts<K extends string>(rows: readonly ColumnRow<K>[], role: K, what: string, key: Split): TaskProblem[] {
  const empty = rows.filter(({ values }) => values[role].trim() === "");
  if (empty.length === 0) return [];
  const message = `${empty[0]?.id}: the ${what} is empty (rows without: ${empty.length})`;
  return [{ severity: "warning", code: "empty-text", message, key }];
}

const shownRows = 3;

/** The first places where a file is not what it should be. */
export function malformed({ problems }: Pick<TableFile, "problems">, file: string, key: Split): TaskProblem[] {
  return problems.slice(0, shownRows).map(({ line, column, message }, i) => {
    const more = i === shownRows - 1 && problems.length > shownRows ? ` (and ${problems.length - shownRows} more such lines)` : "";
    return { severity: "error", code: "malformed-file", message: `${file}:${line}:${column}: ${message}${more}`, key };
  });
}

/** `key`: of the task's declaration, which names the column. */
export function missingColumn(key: string, name: string, file: string, columns: readonly string[]): TaskProblem[] {
  if (columns.includes(name)) return [];
  const nearest = closest(name, [...columns]);
  const message = `${file} has no column "${name}"; it has ${columns.map((column) => `"${column}"`).join(", ")}; nearest is "${nearest}"`;
  return [{ severity: "error", code: "missing-column", message, key, fixes: [nearest] }];
}

/** The first examples that cannot be used, and how many more there are. */
export function malformedRows(code: string, rows: readonly { id: string; message: string }[], key: Split): TaskProblem[] {
  return rows.slice(0, shownRows).map(({ id, message }, i) => {
    const more = i === shownRows - 1 && rows.length > shownRows ? ` (and ${rows.length - shownRows} more such examples)` : "";
    return { severity: "error", code, message: `${id}: ${message}${more}`, key };
  });
}
