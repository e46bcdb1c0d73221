import { described, fieldNames, textField } from "../formats/json-fields.ts";
import { type DataCheck, quoted } from "./data-check.ts";

/** A row whose fields are divided by a separator. */
export interface PartedSeen {
  fields: number;
  columns: number;
  delimiter: string;
}

export const partedChecks: readonly DataCheck<PartedSeen>[] = [
  {
    code: "ragged-row",
    severity: "error",
    readers: ["task", "corpus"],
    of: "the rows of CSV, TSV and other tables with separators",
    find({ fields, columns, delimiter }) {
      if (fields === columns) return null;
      const remedy = delimiter === "," ? "; a field with a comma needs quotes around it" : "";
      return { message: `${fields} fields in a table of ${columns} columns${remedy}` };
    },
  },
];

/** What a field of JSON Lines or Parquet holds. */
export interface FieldSeen {
  name: string;
  value: unknown;
}

export const fieldChecks: readonly DataCheck<FieldSeen>[] = [
  {
    code: "nested-field",
    severity: "error",
    readers: ["task"],
    of: "the texts, labels and numbers of JSON Lines and Parquet",
    find({ name, value }) {
      const read = textField(value);
      if ("text" in read) return null;
      const [inside] = fieldNames(value);
      const path = inside === undefined ? "" : `; a path reaches into it, such as ${quoted(`${name}.${inside}`)}`;
      const remedy = Array.isArray(value) ? "; each row needs one" : path;
      return { message: `${quoted(name)} is no text, label or number but ${read.wrong}${remedy}` };
    },
  },
  {
    code: "nested-field",
    severity: "error",
    readers: ["corpus"],
    of: "the texts of JSON Lines and Parquet",
    find({ name, value }) {
      if (typeof value === "string" || value === null || value === undefined) return null;
      const shown = typeof value === "object" ? described(value) : String(value);
      const [inside] = fieldNames(value);
      const path = `a path reaches into it: column: ${quoted(`${name}.${inside}`)}`;
      return {
        message: `${quoted(name)} is no text but ${shown}; ${inside === undefined ? "name the one that holds the text: column" : path}`,
      };
    },
  },
];

/** A line of JSON Lines, and what it says. */
export interface ObjectSeen {
  /** Empty where its names are not looked at. */
  line: string;
  value: unknown;
  /** Whether names are looked at in all that it holds, whatever its size, as in a document. */
  whole?: boolean;
}

export const objectChecks: readonly DataCheck<ObjectSeen>[] = [
  {
    code: "not-an-object",
    severity: "error",
    readers: ["task", "corpus"],
    of: "the lines of JSON Lines",
    find({ value }) {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return null;
      return { message: 'not a JSON object; each line must be one, such as {"text": "…"}' };
    },
  },
  {
    code: "field-twice",
    severity: "error",
    readers: ["task", "corpus", "score"],
    of: "the first lines of JSON Lines; all JSON that `pretrain score` reads",
    find({ line, whole = false }) {
      const found = whole || line.length <= longestLine ? nameTwice(line, whole ? Number.POSITIVE_INFINITY : 1) : undefined;
      if (!found) return null;
      const message = `the field ${quoted(found.name)} is there twice; give each a name of its own`;
      return whole ? { message, line: line.slice(0, found.at).split("\n").length } : { message };
    },
  },
];

/** How many lines are searched for doubled names: a writer that makes one so makes all so. */
export const linesOfNames = 100;
const longestLine = 100_000;

/** The first name that an object has twice, down to a depth, and its second place. The source is JSON. */
function nameTwice(source: string, deepest: number): { name: string; at: number } | undefined {
  /** The names of the objects around a place; of a list none. */
  const around: (Set<string> | null)[] = [];
  let isName = false;
  const tokens = /["{}[\],]/gu;
  for (let found = tokens.exec(source); found; found = tokens.exec(source)) {
    const { 0: token, index } = found;
    // a string as a whole: brackets and commas can occur in one
    if (token === '"') tokens.lastIndex = endOfString(source, index);
    const names = around.at(-1);
    if (token === "{" || token === "[") {
      isName = token === "{";
      around.push(isName ? new Set() : null);
    } else if (token === "}" || token === "]") around.pop();
    else if (token === ",") isName = names instanceof Set;
    else if (isName && names) {
      isName = false;
      if (around.length > deepest) continue;
      const name = JSON.parse(source.slice(index, tokens.lastIndex)) as string;
      if (names.has(name)) return { name, at: index };
      names.add(name);
    }
  }
  return undefined;
}

/** The place after the quote that closes a string. For a long string a regular expression would run out of stack. */
function endOfString(source: string, start: number): number {
  for (let at = source.indexOf('"', start + 1); at >= 0; at = source.indexOf('"', at + 1)) {
    let before = at;
    while (source[before - 1] === "\\") before--;
    if ((at - before) % 2 === 0) return at + 1;
  }
  return source.length;
}

/** Texts that belong together in a row. */
export interface TextsSeen {
  texts: readonly string[];
  /** What each is called. */
  names: readonly string[];
}

/** Texts that must differ: of two that are the same none is right. */
export const differenceChecks: readonly DataCheck<TextsSeen>[] = [
  {
    code: "same-texts",
    severity: "warning",
    readers: ["task"],
    of: "the choices of multiple choice, and minimal pairs",
    find({ texts, names }) {
      const first = new Map<string, number>();
      for (const [i, text] of texts.entries()) {
        const earlier = first.get(text.trim());
        if (earlier !== undefined)
          return { message: `${names[earlier]} and ${names[i]} are the same, ${quoted(text)}: nothing tells which is right` };
        first.set(text.trim(), i);
      }
      return null;
    },
  },
];
