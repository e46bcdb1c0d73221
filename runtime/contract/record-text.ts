import type * as v from "valibot";
import { checked } from "./schema.ts";

/** What the text of a file says, or why it says nothing. */
export type Parsed<T> = { value: T } | { problem: string };

/** A file that holds one JSON document, as its schema describes it. */
export function parseRecord<T>(text: string, schema: v.GenericSchema<unknown, T>): Parsed<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: text.trim() === "" ? "it is empty" : "it is no JSON: it was cut short, or something else wrote it" };
  }
  return checked(schema, value);
}

/** Documents that stand a line each; those that are none are left out, as a writer that was killed leaves them. */
export function parseLines<T>(text: string, schema: v.GenericSchema<unknown, T>): T[] {
  return text.split("\n").flatMap((line) => {
    const parsed = line === "" ? undefined : parseRecord(line, schema);
    return parsed && "value" in parsed ? [parsed.value] : [];
  });
}
