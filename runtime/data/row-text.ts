import { closest } from "fastest-levenshtein";
import { JobFailure } from "#runtime/jobs/context.ts";
import { described, namesIn } from "#runtime/tasks/formats/fields.ts";

/** A text as it is; null is an empty one. Throws JobFailure where it is none. */
export function asText(value: unknown, place: string, column: string): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  const shown = typeof value === "object" ? described(value) : String(value);
  const inside = namesIn(value)[0];
  const remedy =
    inside === undefined ? "name the one that holds the text: column" : `a path reaches into it: column: "${column}.${inside}"`;
  throw new JobFailure(`${place}: "${column}" is no text but ${shown}; ${remedy}`);
}

/** What to say where a table does not have the column. */
export function missing(place: string, what: "field" | "column", column: string, found: readonly string[]): JobFailure {
  const nearest = found.length > 0 ? `; nearest is "${closest(column, [...found])}"` : "";
  return new JobFailure(`${place}: no ${what} "${column}"; it has ${found.map((name) => `"${name}"`).join(", ") || "none"}${nearest}`);
}

/** What to say where a header names the column more than once. */
export function twice(place: string, column: string, header: readonly string[]): JobFailure {
  const places = header.flatMap((name, i) => (name === column ? [i + 1] : []));
  return new JobFailure(
    `${place}: the column "${column}" is there ${places.length} times (${places.join(", ")}); give each a name of its own`,
  );
}
