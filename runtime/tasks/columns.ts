import { closest } from "fastest-levenshtein";
import { groupBy } from "#runtime/contract/group.ts";
import type { DataFormat, Split } from "#runtime/contract/spec.ts";
import type { DecodedFile, TaskProblem } from "./example.ts";
import { columnOf, fieldAt, listOf, namesIn, textOf } from "./formats/fields.ts";
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
 * Reads columns of a table. `wanted`: by key of the task's declaration, the column that it names, or in JSON the path of a field;
 * `lists`: likewise those that hold a list each.
 */
export function readColumns<K extends string, L extends string = never>(
  data: DataFormat,
  file: DecodedFile,
  key: Split,
  wanted: Readonly<Record<K, string>>,
  lists: Readonly<Record<L, string>> = {} as Record<L, string>,
): { rows: ColumnRow<K, L>[]; problems: TaskProblem[] } {
  const table = readTable(file.path, file.text, data);
  const problems = malformed(table, file.name, key);
  if (table.rows.length === 0) {
    if (problems.length > 0) return { rows: [], problems };
    const where = data.columns ? "" : " below its header";
    return { rows: [], problems: [{ severity: "error", code: "no-examples", message: `${file.name} has no rows${where}`, key }] };
  }
  const [texts, ofLists] = [fieldsOf(table, wanted), fieldsOf(table, lists)];
  const missing = [...texts, ...ofLists].flatMap(({ role, name, isThere }) =>
    isThere ? [] : missingColumn(role, name, file.name, reachable(table, name)),
  );
  const twice = [...texts, ...ofLists].flatMap(({ role, name }) => namedTwice(role, name, file.name, table.columns));
  if (missing.length > 0 || twice.length > 0) return { rows: [], problems: [...problems, ...missing, ...twice] };
  const nested: NestedField[] = [];
  const rows = table.rows.flatMap(({ line, values }): ColumnRow<K, L>[] => {
    const id = `${file.name}:${line}`;
    const read = texts.map(({ role, name, of }) => ({ role, name, field: of(values) }));
    const wrong = read.flatMap(({ role, name, field }) => (isText(field) ? [] : [{ id, role, name, field }]));
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

function fieldsOf<K extends string>({ columns, rows }: TableFile, wanted: Readonly<Record<K, string>>): FoundField<K>[] {
  return (Object.entries(wanted) as [K, string][]).map(([role, name]) => {
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
  const object = index < 0 ? undefined : rows.find(({ values }) => namesIn(values[index]).length > 0);
  const inside = object ? namesIn(object.values[index]).map((name) => `${head}.${name}`) : [];
  return [...inside, ...columns];
}

function isText(field: unknown): boolean {
  return "text" in textOf(field);
}

function textIn(field: unknown): string {
  const read = textOf(field);
  return "text" in read ? read.text : "";
}

interface NestedField {
  id: string;
  role: string;
  name: string;
  field: unknown;
}

/** Fields that are lists or objects: the source text of JSON is nothing to read. */
function nestedFields(found: readonly NestedField[], key: Split): TaskProblem[] {
  return [...groupBy(found, ({ role }) => role).values()].map((of): TaskProblem => {
    const { id, name, field } = of[0]!;
    const read = textOf(field);
    const inside = namesIn(field).map((each) => `${name}.${each}`);
    const remedy =
      inside.length > 0 ? `; a path reaches into it, such as "${inside[0]}"` : Array.isArray(field) ? "; each row needs one" : "";
    const more = of.length > 1 ? ` (rows of this kind: ${of.length})` : "";
    return {
      severity: "error",
      code: "nested-field",
      message: `${id}: "${name}" is no text, label or number but ${"wrong" in read ? read.wrong : ""}${remedy}${more}`,
      key,
    };
  });
}

/** Which of the two is meant nobody can tell. */
function namedTwice(role: string, name: string, file: string, columns: readonly string[]): TaskProblem[] {
  const places = columns.flatMap((column, i) => (column === name ? [i + 1] : []));
  if (places.length < 2) return [];
  const message = `${file} has the column "${name}" ${places.length} times (columns ${places.join(", ")}); give each a name of its own`;
  return [{ severity: "error", code: "column-twice", message, key: role }];
}

/** Rows without an answer cannot be learned from. */
export function emptyAnswers<K extends string>(
  rows: readonly Pick<ColumnRow<K>, "id" | "values">[],
  role: K,
  what: string,
  key: Split,
): TaskProblem[] {
  const empty = rows.filter(({ values }) => values[role].trim() === "");
  if (empty.length === 0) return [];
  const message = `${empty[0]?.id}: the ${what} is empty (rows without: ${empty.length}); fill it in or remove the row`;
  return [{ severity: "error", code: `empty-${role}`, message, key }];
}

/** Rows without a text are read as they are. */
export function emptyTexts<K extends string>(
  rows: readonly Pick<ColumnRow<K>, "id" | "values">[],
  role: K,
  what: string,
  key: Split,
): TaskProblem[] {
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
