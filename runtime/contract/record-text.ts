import type * as v from "valibot";
import { checked } from "./schema.ts";

/** The parsed value of a file's text, or the reason why it could not be parsed. */
export type Parsed<T> = { value: T } | { problem: string };

/** Parses a text with one JSON document and checks it against a schema. */
export function parseRecord<T>(text: string, schema: v.GenericSchema<unknown, T>): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: text.trim() === "" ? "it is empty" : "it is not JSON: it was truncated, or another program wrote it" };
  }
  return checked(schema, value);
}

/** Parses a text with one JSON document per line. Invalid lines are skipped: a writer that was killed leaves them. */
export function parseLines<T>(text: string, schema: v.GenericSchema<unknown, T>): T[] {
  return text.split("\n").flatMap((line) => {
    const parsed = line === "" ? undefined : parseRecord(line, schema);
    return parsed && "value" in parsed ? [parsed.value] : [];
  });
}
