import { closest } from "fastest-levenshtein";
import { groupBy } from "#runtime/contract/group.ts";
import type { DataFormat, Split } from "#runtime/contract/spec.ts";
import { type DataFlaw, firstFlaw, flaws, placeIn } from "./checks/data-check.ts";
import { type ColumnSeen, columnChecks, type HeaderSeen, headerChecks } from "./checks/headers.ts";
import { differenceChecks, fieldChecks, type TextsSeen } from "./checks/rows.ts";
import type { DecodedFile, TaskProblem } from "./example.ts";
import { columnOf, fieldAt, fieldNames, listOf, textField } from "./formats/json-fields.ts";
import { readTable, type TableFile } from "./formats/table-file.ts";

export interface ColumnRow<K extends string, L extends string = never> {
  /** File name and line. */
  id: string;
  /** By the key that names the column; empty where a JSON line lacks the field. */
  values: Record<K, string>;
  /** Likewise; null where the field is no list of texts. */
  lists: Record<L, string[] | null>;
}

/**
 * Reads columns of a table. `requested`: by key of the task's declaration, the column that it names, or in JSON the path of a field;
 * `lists`: likewise those that hold a list each.
 */
export function readColumns<K extends string, L extends string = never>(
  data: DataFormat,
  file: DecodedFile,
  key: Split,
  requested: Readonly<Record<K, string>>,
  lists: Readonly<Record<L, string>> = {} as Record<L, string>,
): { rows: ColumnRow<K, L>[]; problems: TaskProblem[] } {
  const table = readTable(file.path, file.text, data);
  const [texts, ofLists] = [fieldsOf(table, requested), fieldsOf(table, lists)];
  const asked = [...texts, ...ofLists];
  const header = flaws(headerChecks, "task", headerSeen(table, asked)).map((flaw) => problemOf(flaw, file.name, key));
  // rows with another separator are ragged as well
  if (header.some(({ severity }) => severity === "error")) return { rows: [], problems: header };
  const problems = [...header, ...malformed(table, file.name, key)];
  if (table.rows.length === 0) {
    if (problems.length > 0) return { rows: [], problems };
    const where = data.columns ? "" : " below its header";
    return { rows: [], problems: [{ severity: "error", code: "no-examples", message: `${file.name} has no rows${where}`, key }] };
  }
  const { columns } = table;
  const ofColumns = asked.flatMap(({ role, name, isThere }) =>
    columnProblems(role, file.name, { columns, line: table.header.line, name, isThere, reachable: reachable(table, name), what: "column" }),
  );
  if (ofColumns.length > 0) return { rows: [], problems: [...problems, ...ofColumns] };
  const nested: NestedField[] = [];
  const rows = table.rows.flatMap(({ line, values }): ColumnRow<K, L>[] => {
    const id = `${file.name}:${line}`;
    const read = texts.map(({ role, name, of }) => ({ role, name, field: of(values) }));
    const wrong = read.flatMap(({ role, name, field }) => {
      const flaw = typeof field === "string" ? null : firstFlaw(fieldChecks, "task", { name, value: field });
      return flaw ? [{ id, role, flaw }] : [];
    });
    nested.push(...wrong);
    if (wrong.length > 0) return [];
    return [
      {
        id,
        values: Object.fromEntries(read.map(({ role, field }) => [role, textIn(field)])) as Record<K, string>,
        lists: Object.fromEntries(ofLists.map(({ role, of }) => [role, listOf(of(values))])) as Record<L, string[] | null>,
      },
    ];
  });
  return { rows, problems: [...problems, ...nestedFields(nested, key)] };
}

interface FoundField<K extends string> {
  role: K;
  name: string;
  /** Whether some row has it. */
  isThere: boolean;
  of(values: readonly unknown[]): unknown;
}

function fieldsOf<K extends string>({ columns, rows }: TableFile, requested: Readonly<Record<K, string>>): FoundField<K>[] {
  return (Object.entries(requested) as [K, string][]).map(([role, name]) => {
    const place = columnOf(columns, name);
    if (!place) return { role, name, isThere: false, of: () => undefined };
    const { index, inside } = place;
    if (inside === null) return { role, name, isThere: true, of: (values) => values[index] };
    const isThere = rows.some(({ values }) => values[index] !== null && fieldAt(values[index], inside) !== undefined);
    return { role, name, isThere, of: (values) => fieldAt(values[index], inside)?.value };
  });
}

/** Columns, and the fields of the objects in the one that a path begins with. */
function reachable({ columns, rows }: TableFile, path: string): string[] {
  const head = path.split(".")[0]!;
  const index = columns.indexOf(head);
  const object = index < 0 ? undefined : rows.find(({ values }) => fieldNames(values[index]).length > 0);
  const inside = object ? fieldNames(object.values[index]).map((name) => `${head}.${name}`) : [];
  return [...inside, ...columns];
}

function textIn(field: unknown): string {
  const read = textField(field);
  return "text" in read ? read.text : "";
}

interface NestedField {
  id: string;
  role: string;
  flaw: DataFlaw;
}

/** Fields that are lists or objects: the source text of JSON is nothing to read. */
function nestedFields(found: readonly NestedField[], key: Split): TaskProblem[] {
  return [...groupBy(found, ({ role }) => role).values()].map((of): TaskProblem => {
    const { id, flaw } = of[0]!;
    const more = of.length > 1 ? ` (rows of this kind: ${of.length})` : "";
    return { severity: flaw.severity, code: flaw.code, message: `${id}: ${flaw.message}${more}`, key };
  });
}

/** What is wrong with a column, at the setting that names it. */
export function columnProblems(role: string, file: string, seen: ColumnSeen): TaskProblem[] {
  const flaw = firstFlaw(columnChecks, "task", seen);
  if (!flaw) return [];
  const fixes = seen.isThere || seen.reachable.length === 0 ? {} : { fixes: [closest(seen.name, [...seen.reachable])] };
  return [{ ...problemOf(flaw, file, role), ...fixes }];
}

function headerSeen({ columns, rows, header }: TableFile, asked: readonly { name: string; isThere: boolean }[]): HeaderSeen {
  return {
    reader: "task",
    columns,
    ...header,
    rows: rows.slice(0, rowsBelowHeader).map(({ line, values }) => ({ line, fields: values })),
    requested: asked.map(({ name }) => name),
    there: asked.filter(({ isThere }) => isThere).map(({ name }) => name),
  };
}

/** Enough to see what a header is not. */
const rowsBelowHeader = 50;

/** `key`: of the task's declaration, where it is said. */
function problemOf(flaw: DataFlaw, file: string, key: string): TaskProblem {
  return { severity: flaw.severity, code: flaw.code, message: `${placeIn(file, flaw)}: ${flaw.message}`, key };
}

type ValuesOf<K extends string> = readonly Pick<ColumnRow<K>, "id" | "values">[];

/** Rows without an answer cannot be learned from. */
export function emptyAnswers<K extends string>(rows: ValuesOf<K>, role: K, what: string, key: Split): TaskProblem[] {
  const found = emptyValues(rows, role, what);
  return found === undefined ? [] : [{ severity: "error", code: `empty-${role}`, message: `${found}; fill it in or remove the row`, key }];
}

/** Rows without a text are read as they are. */
export function emptyTexts<K extends string>(rows: ValuesOf<K>, role: K, what: string, key: Split): TaskProblem[] {
  const message = emptyValues(rows, role, what);
  return message === undefined ? [] : [{ severity: "warning", code: "empty-text", message, key }];
}

function emptyValues<K extends string>(rows: ValuesOf<K>, role: K, what: string): string | undefined {
  const empty = rows.filter(({ values }) => values[role].trim() === "");
  return empty.length === 0 ? undefined : `${empty[0]?.id}: the ${what} is empty (rows without: ${empty.length})`;
}

/** Texts of a row of which one is right, and two are the same. */
export function sameTexts(rows: readonly (TextsSeen & { id: string })[], key: Split): TaskProblem[] {
  const found = rows.flatMap((row) => flaws(differenceChecks, "task", row).map((flaw) => ({ id: row.id, flaw })));
  const [first] = found;
  if (!first) return [];
  const { severity, code, message } = first.flaw;
  return [{ severity, code, message: `${first.id}: ${message} (such rows: ${found.length})`, key }];
}

const shownRows = 3;

/** The first places where a file is not what it should be. */
export function malformed({ problems }: Pick<TableFile, "problems">, file: string, key: Split): TaskProblem[] {
  return problems.slice(0, shownRows).map(({ line, column, message }, i) => {
    const more = i === shownRows - 1 && problems.length > shownRows ? ` (and ${problems.length - shownRows} more such lines)` : "";
    return { severity: "error", code: "malformed-file", message: `${file}:${line}:${column}: ${message}${more}`, key };
  });
}

/** An example that cannot be used, and why. */
export interface MalformedRow {
  id: string;
  message: string;
}

/** The first examples that cannot be used, and how many more there are. */
export function malformedRows(code: string, rows: readonly MalformedRow[], key: Split): TaskProblem[] {
  return rows.slice(0, shownRows).map(({ id, message }, i) => {
    const more = i === shownRows - 1 && rows.length > shownRows ? ` (and ${rows.length - shownRows} more such examples)` : "";
    return { severity: "error", code, message: `${id}: ${message}${more}`, key };
  });
}
