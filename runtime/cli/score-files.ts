import { decimalOf } from "#runtime/contract/decimal.ts";
import type { Form, Forms } from "#runtime/metrics/scorers.ts";
import { strangeTag } from "#runtime/metrics/undefined-metrics.ts";
import { firstFlaw, placeIn } from "#runtime/tasks/checks/data-check.ts";
import { fileChecks } from "#runtime/tasks/checks/file-checks.ts";
import { objectChecks } from "#runtime/tasks/checks/rows.ts";
import { decode } from "#runtime/tasks/formats/decode.ts";
import { maxBytes, moreThanHeld } from "#runtime/tasks/formats/decompress.ts";
import { ProblemsError } from "./exit.ts";
import { readGivenFile } from "./given-file.ts";

/** A value of a file, with its place. */
export interface ReadValue {
  value: unknown;
  /** `file:line`, or `file[index]` and `file[key]` in a JSON document. */
  place: string;
  /** Its key in a JSON document, or its field `id`; predictions and references are matched by it. */
  id?: string;
}

/**
 * Reads the values of a file: one per line, one JSON value per line (`.jsonl`, `.ndjson`), or a JSON document (`.json`) with a list, an
 * object by id, or questions in SQuAD's format. Throws a `ProblemsError` with the place of what is wrong.
 * @param fields the fields of an object that may contain the value; in an object with one of them, `id` is an id and not a label
 */
export function readValues(path: string, fields: readonly string[]): ReadValue[] {
  const text = readUtf8(path);
  if (/\.json$/iu.test(path)) return documentValues(path, parseJson(text, path, 1), fields);
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const isJson = /\.(?:jsonl|ndjson)$/iu.test(path);
  return lines.flatMap((line, i) => {
    const place = `${path}:${i + 1}`;
    if (!isJson) return [{ value: line, place }];
    return line.trim() === "" ? [] : [withId({ value: parseJson(line, path, i + 1), place }, fields)];
  });
}

function readUtf8(path: string): string {
  const bytes = readGivenFile(path);
  if (bytes.length > maxBytes) throw new ProblemsError(`${path} has ${moreThanHeld}`);
  const content = /\.json$/iu.test(path) ? "document" : /\.(?:jsonl|ndjson)$/iu.test(path) ? "json-lines" : "lines";
  const flaw = firstFlaw(fileChecks, "score", { bytes, isWhole: true, encoding: "utf-8", reader: "score", content });
  if (flaw) throw new ProblemsError(`${placeIn(path, flaw)}: ${flaw.message}`);
  return decode(bytes, "utf-8");
}

function withId(read: ReadValue, fields: readonly string[]): ReadValue {
  if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value)) return read;
  const object = read.value as Record<string, unknown>;
  const hasValue = fields.some((field) => field !== "id" && Object.hasOwn(object, field));
  const isId = hasValue && Object.hasOwn(object, "id") && ["string", "number"].includes(typeof object.id);
  return isId ? { ...read, id: String(object.id) } : read;
}

function parseJson(text: string, path: string, line: number): unknown {
  const value = parsed(text, path, line);
  const flaw = firstFlaw(objectChecks, "score", { line: text, value, whole: true });
  if (flaw) throw new ProblemsError(`${path}:${line + (flaw.line ?? 1) - 1}: ${flaw.message}`);
  return value;
}

function parsed(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = Number(/position (\d+)/u.exec((error as Error).message)?.[1] ?? 0);
    const before = text.slice(0, position).split("\n");
    throw new ProblemsError(
      `${path}:${line + before.length - 1}:${before.at(-1)!.length + 1}: not JSON: ${(error as Error).message.split("\n")[0]}`,
    );
  }
}

function documentValues(path: string, document: unknown, fields: readonly string[]): ReadValue[] {
  if (Array.isArray(document)) return document.map((value, i) => withId({ value, place: `${path}[${i}]` }, fields));
  if (typeof document !== "object" || document === null) {
    throw new ProblemsError(`${path}: expected a list, an object by id, or SQuAD's format; use .jsonl or .txt for one value per line`);
  }
  if ("data" in document && Array.isArray(document.data)) return questionsOf(path, document.data);
  return Object.entries(document).map(([id, value]) => ({ value, place: `${path}["${id}"]`, id }));
}

interface SquadQuestion {
  id?: unknown;
  answers?: unknown;
}

/** The correct answers in SQuAD's format: `data`, `paragraphs`, `qas`, `answers`. */
function questionsOf(path: string, articles: readonly unknown[]): ReadValue[] {
  const listOf = (value: unknown, key: string): unknown[] => {
    const list = (value as Record<string, unknown> | null)?.[key];
    if (Array.isArray(list)) return list;
    throw new ProblemsError(`${path}: expected SQuAD's format, found ${JSON.stringify(value)?.slice(0, 60)} without a list "${key}"`);
  };
  const questions = articles.flatMap((article) => listOf(article, "paragraphs").flatMap((paragraph) => listOf(paragraph, "qas")));
  return questions.map((question) => {
    const { id } = question as SquadQuestion;
    if (typeof id !== "string") throw new ProblemsError(`${path}: a question without an id: ${JSON.stringify(question).slice(0, 60)}`);
    const answers = listOf(question, "answers").map((answer) => (answer as { text?: unknown }).text);
    return { value: answers, place: `${path}["${id}"]`, id };
  });
}

/** The fields of an object that may contain the value, of which the first is used, or the one that was named. */
export function fieldCandidates(role: "predictions" | "references", form: Form, named: string | undefined): readonly string[] {
  if (named !== undefined) return [named];
  if (role === "references") return ["reference", "references", "label", "answers", "target"];
  return form === "probabilities" ? ["probabilities"] : ["prediction", "predicted"];
}

/** Converts a value of a file to the form that a metric takes. Throws a `ProblemsError` with the place of what is wrong. */
export function inForm<F extends Form>(form: F, { value, place }: ReadValue, fields: readonly string[]): Forms[F] {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const hasField = isObject && fields.some((field) => Object.hasOwn(value, field));
  if (isObject && !hasField && form !== "probabilities") {
    const found = Object.keys(value).join(", ") || "none";
    throw new ProblemsError(
      `${place}: no field ${fields.join(" or ")}; it has ${found}. Name one with --prediction-field or --reference-field`,
    );
  }
  const inner = hasField ? (value as Record<string, unknown>)[fields.find((field) => Object.hasOwn(value, field))!] : value;
  const parsed = (parsers[form] as (given: unknown) => Forms[F] | Wrong)(inner);
  if (parsed instanceof Wrong) throw new ProblemsError(`${place}: ${parsed.expected}, found ${shown(inner)}`);
  return parsed;
}

class Wrong {
  readonly expected: string;
  constructor(expected: string) {
    this.expected = expected;
  }
}

const parsers: { readonly [F in Form]: (given: unknown) => Forms[F] | Wrong } = {
  label(given) {
    const label = textOf(given)?.trim();
    return label === undefined || label === "" ? new Wrong("expected a label") : label;
  },
  number: (given) => numberOf(given) ?? new Wrong("expected a number"),
  probabilities(given) {
    const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
    if (isObject) return objectOfNumbers(given) ?? new Wrong("expected probabilities by label");
    return numbersOf(given) ?? new Wrong("expected one probability, or one for each label");
  },
  tags(given) {
    const tags = typeof given === "string" ? given.split(/\s+/u).filter(Boolean) : textsOf(given);
    if (!tags) return new Wrong("expected the tags of a sentence");
    const strange = strangeTag(tags);
    return strange === undefined ? tags : new Wrong(`expected O or a tag such as B-PER or I-PER, not ${JSON.stringify(strange)}`);
  },
  text: (given) => textOf(given) ?? new Wrong("expected a text"),
  texts: (given) =>
    (Array.isArray(given) ? textsOf(given) : textOf(given, (text) => [text])) ?? new Wrong("expected a text or a list of texts"),
  logarithms(given) {
    const values = numbersOf(given);
    if (!values?.every((value) => value <= 0)) return new Wrong("expected log-probabilities, which are not above 0");
    return values;
  },
  nothing: () => undefined,
};

function textOf(given: unknown): string | undefined;
function textOf<T>(given: unknown, then: (text: string) => T): T | undefined;
function textOf<T>(given: unknown, then?: (text: string) => T): T | string | undefined {
  const isPlain = typeof given === "string" || typeof given === "number" || typeof given === "boolean";
  if (!isPlain) return undefined;
  return then ? then(String(given)) : String(given);
}

function textsOf(given: unknown): string[] | undefined {
  return Array.isArray(given) && given.every((each) => typeof each === "string") ? given : undefined;
}

function numberOf(given: unknown): number | undefined {
  const value = typeof given === "string" ? decimalOf(given) : given;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function numbersOf(given: unknown): number[] | undefined {
  const list = typeof given === "string" ? given.split(/\s+/u).filter(Boolean) : Array.isArray(given) ? given : [given];
  const values = list.map(numberOf);
  return values.length > 0 && values.every((value) => value !== undefined) ? (values as number[]) : undefined;
}

function objectOfNumbers(given: object): Record<string, number> | undefined {
  const entries = Object.entries(given);
  return entries.length > 0 && entries.every(([, value]) => typeof value === "number") ? (given as Record<string, number>) : undefined;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
