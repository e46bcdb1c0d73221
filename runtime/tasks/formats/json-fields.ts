import { parseJson } from "#runtime/contract/parse-json.ts";

/*
 * Fields of JSON Lines and of Parquet, which can be more than texts. One rule for tasks and corpora: a text is a string, a path such as
 * `translation.en` reaches into objects, and lists and objects are refused. Where a task asks for a label, a number or a text, numbers
 * and booleans are written as in JSON. Null and a field that is not there are empty.
 */

/** What a path leads to. The whole path can be a field's own name; else its beginning is, and the rest leads on inside. */
export function fieldAt(value: unknown, path: string): { value: unknown } | undefined {
  if (!isObject(value)) return value === null ? { value: null } : undefined;
  if (Object.hasOwn(value, path)) return { value: value[path] };
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const head = path.slice(0, dot);
    if (Object.hasOwn(value, head)) return fieldAt(value[head], path.slice(dot + 1));
  }
  return undefined;
}

/** The index of the column that a path leads to or into. */
export function columnOf(columns: readonly string[], path: string): { index: number; inside: string | null } | undefined {
  const whole = columns.indexOf(path);
  if (whole >= 0) return { index: whole, inside: null };
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const index = columns.indexOf(path.slice(0, dot));
    if (index >= 0) return { index, inside: path.slice(dot + 1) };
  }
  return undefined;
}

/** A field where a text, a label or a number is read, or what it is instead. */
export function textField(value: unknown): { text: string } | { wrong: string } {
  if (value === null || value === undefined) return { text: "" };
  if (typeof value === "string") return { text: value };
  if (typeof value === "object") return { wrong: described(value) };
  // JSON's numbers are read with the precision of 64 bits: two labels of more digits could become one
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { wrong: "a number of more digits than are kept; write it in quotes" };
  }
  return { text: String(value) };
}

/** The texts of a list, or of a text that holds one as JSON; null where it is none, or holds other things. */
export function listOf(value: unknown): string[] | null {
  const list = typeof value === "string" ? parsedList(value) : value;
  if (!Array.isArray(list)) return null;
  const texts = list.map((each) => (each === null ? { wrong: "null" } : textField(each)));
  return texts.every((each) => "text" in each) ? texts.map(({ text }) => text) : null;
}

function parsedList(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** For people, whatever its size and depth. */
export function described(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const names = fieldNames(value);
  return names.length > 0 ? `an object with ${names.slice(0, shownNames).map(quoted).join(", ")}` : "an object";
}

/** The fields of an object. */
export function fieldNames(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : [];
}

/** The names that a path could have meant: those inside the object that it begins with, and those beside it. */
export function namesBeside(value: unknown, path: string): string[] {
  const names = fieldNames(value);
  const head = path.split(".")[0]!;
  const inside = isObject(value) && path !== head && Object.hasOwn(value, head) ? fieldNames(value[head]) : [];
  return [...inside.map((name) => `${head}.${name}`), ...names];
}

const shownNames = 4;

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
