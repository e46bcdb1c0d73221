import { closest } from "fastest-levenshtein";
import { decimalOf } from "#runtime/contract/decimal.ts";
import { type DataCheck, type Found, quoted, quotedList, type Reader } from "./data-check.ts";

/** A table as its header and its first rows show it. */
export interface HeaderSeen {
  reader: Reader;
  columns: readonly string[];
  /** The line that names them; null where the task names them, or where each row names its own fields. */
  line: number | null;
  /** What parts them; null where nothing does (JSON Lines, Parquet). */
  delimiter: string | null;
  /** Some of the rows below. */
  rows: readonly { line: number; fields: readonly unknown[] }[];
  /** The columns that are asked for. */
  requested: readonly string[];
  /** The requested columns that the table has, also where a path leads into them. */
  there: readonly string[];
}

/** In this order: if another separator is used, no name is there. */
export const headerChecks: readonly DataCheck<HeaderSeen>[] = [
  {
    code: "other-separator",
    severity: "error",
    readers: ["task", "corpus"],
    of: "the header of CSV, TSV and other tables with separators",
    find: otherSeparator,
  },
  {
    code: "no-header",
    severity: "error",
    readers: ["task", "corpus"],
    of: "the header of CSV, TSV and other tables with separators",
    find: noHeader,
  },
  {
    code: "header-read-as-row",
    severity: "error",
    readers: ["task"],
    of: "the first row of tables whose columns the task names",
    find: headerAsRow,
  },
];

/** A column that is asked for. */
export interface ColumnSeen {
  columns: readonly string[];
  line: number | null;
  name: string;
  isThere: boolean;
  /** Columns and fields that could have been meant. */
  reachable: readonly string[];
  /** What it is called in the format. */
  what: "column" | "field";
}

export const columnChecks: readonly DataCheck<ColumnSeen>[] = [
  {
    code: "missing-column",
    severity: "error",
    readers: ["task", "corpus"],
    of: "the columns that are asked for",
    find({ line, name, isThere, reachable, what }) {
      if (isThere) return null;
      const nearest = reachable.length > 0 ? `; nearest is ${quoted(closest(name, [...reachable]))}` : "";
      return at(line, `no ${what} ${quoted(name)}; it has ${quotedList(reachable) || "none"}${nearest}`);
    },
  },
  {
    code: "column-twice",
    severity: "error",
    readers: ["task", "corpus"],
    of: "the columns that are asked for",
    find({ columns, line, name }) {
      const places = columns.flatMap((column, i) => (column === name ? [i + 1] : []));
      if (places.length < 2) return null;
      const where = `the column ${quoted(name)} is there ${places.length} times (columns ${places.join(", ")})`;
      return at(line, `${where}; give each a name of its own`);
    },
  },
];

function at(line: number | null, message: string): Found {
  return line === null ? { message } : { line, message };
}

/** What parts columns in the tables that people have. */
const separators: ReadonlyMap<string, string> = new Map([
  [",", "commas"],
  [";", "semicolons"],
  ["\t", "tabs"],
  ["|", "bars (|)"],
]);

function otherSeparator({ columns, line, delimiter, requested, there, reader }: HeaderSeen): Found | null {
  if (line === null || delimiter === null || there.length === requested.length) return null;
  const header = columns.join(delimiter);
  const names = (separator: string) => header.split(separator).map((name) => name.trim().replace(/^"(.*)"$/u, "$1"));
  const others = [...separators.keys()].filter((separator) => separator !== delimiter && names(separator).length > 1);
  const found = others.find((separator) => requested.every((name) => names(separator).includes(name)));
  // names may be mistyped as well: then the only column is all of them
  const used = found ?? (columns.length === 1 ? others[0] : undefined);
  if (used === undefined) return null;
  const expected = separators.get(delimiter) ?? quoted(delimiter);
  const remedy = reader === "task" ? `write separator: ${JSON.stringify(used)}` : `write it with ${expected} between the columns`;
  const message = `${separators.get(used)} separate the columns, and ${expected} are expected: the header is read as ${quotedList(columns, 3)}; ${remedy}`;
  return { line, message };
}

/** No name that is asked for, and a first line that looks like those below it. */
function noHeader({ columns, line, delimiter, rows, requested, there, reader }: HeaderSeen): Found | null {
  if (line === null || delimiter === null || there.length > 0 || !isLikeRows(columns, rows)) return null;
  const names = columns.map((_, i) => requested[i] ?? `column${i + 1}`);
  const remedy =
    reader === "task" && columns.length > 1
      ? `write columns: [${names.map(inText).join(", ")}], in the order of the file`
      : `put one in front, such as ${names.join(delimiter)}`;
  const message = `the first line looks like a row (${quotedList(columns, 3)}), and a header with ${quotedList(requested)} is expected; ${remedy}`;
  return { line, message };
}

function inText(name: string): string {
  return /^[A-Za-z_][\w-]*$/u.test(name) ? name : JSON.stringify(name);
}

/** Names of columns are short, are no numbers, and do not come again below themselves. */
function isLikeRows(columns: readonly string[], rows: HeaderSeen["rows"]): boolean {
  return columns.some((name, i) => {
    const isNumber = decimalOf(name) !== undefined;
    const isSentence = name.trim().split(/\s+/u).length > 4 || name.length > 60;
    return isNumber || isSentence || (name !== "" && rows.some(({ fields }) => fields[i] === name));
  });
}

/** Where the task names the columns and the file does as well. */
function headerAsRow({ columns, line, rows, requested }: HeaderSeen): Found | null {
  const [first] = rows;
  if (line !== null || !first) return null;
  const same = requested.filter((name) => isSameName(first.fields[columns.indexOf(name)], name));
  if (same.length === 0 || same.length < Math.min(2, requested.length)) return null;
  const message = `the first row holds the columns' names (${quotedList(same)}), and a row is expected; leave columns out, or remove the line`;
  return { line: first.line, message };
}

function isSameName(field: unknown, name: string): boolean {
  return typeof field === "string" && field.trim().toLowerCase() === name.toLowerCase();
}
