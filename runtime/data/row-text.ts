import { closest } from "fastest-levenshtein";
import { JobFailure } from "#runtime/jobs/context.ts";

/** A text as it is; null is an empty one. Throws JobFailure where it is none. */
export function asText(value: unknown, place: string, column: string): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  const shown = typeof value === "bigint" ? String(value) : JSON.stringify(value)?.slice(0, 60);
  throw new JobFailure(`${place}: "${column}" is no text but ${shown}; name the one that holds the text: column`);
}

/** What to say where a table does not have the column. */
export function missing(place: string, what: "field" | "column", column: string, found: readonly string[]): JobFailure {
  const nearest = found.length > 0 ? `; nearest is "${closest(column, [...found])}"` : "";
  return new JobFailure(`${place}: no ${what} "${column}"; it has ${found.map((name) => `"${name}"`).join(", ") || "none"}${nearest}`);
}
