/*
 * Defects of data that a task or a corpus cannot use. Each check is an entry of one table (`all-data-checks.ts`) for every reader: it says
 * what was found, what was expected and what to do. The caller adds the file and the form of the problem.
 */

/** Who reads data: a task, a corpus, or `pretrain score` of files. */
export type Reader = "task" | "corpus" | "score";

export interface DataCheck<Seen> {
  /** What problems of this kind are called. */
  code: string;
  severity: "error" | "warning";
  /** Whose data it is made on. */
  readers: readonly Reader[];
  /** On what, for people. */
  of: string;
  find(seen: Seen): Found | null;
}

/** What was found. Lines and columns count from 1; they are left out where the whole file is meant. */
export interface Found {
  message: string;
  line?: number;
  column?: number;
}

export interface DataFlaw extends Found {
  code: string;
  severity: "error" | "warning";
}

/** The first thing that is wrong, in the order of the checks. */
export function firstFlaw<Seen>(checks: readonly DataCheck<Seen>[], reader: Reader, seen: Seen): DataFlaw | null {
  for (const { code, severity, readers, find } of checks) {
    const found = readers.includes(reader) ? find(seen) : null;
    if (found) return { code, severity, ...found };
  }
  return null;
}

/** All defects up to the first error: later ones would only follow from it. */
export function flaws<Seen>(checks: readonly DataCheck<Seen>[], reader: Reader, seen: Seen): DataFlaw[] {
  const found: DataFlaw[] = [];
  for (const check of checks) {
    const flaw = firstFlaw([check], reader, seen);
    if (flaw) found.push(flaw);
    if (flaw?.severity === "error") break;
  }
  return found;
}

/** `name`, `name:3` or `name:3:7`. */
export function placeIn(name: string, { line, column }: Pick<Found, "line" | "column">): string {
  return [name, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(":");
}

/** A text in quotes, cut where it is long. */
export function quoted(text: string): string {
  const characters = Array.from(text.slice(0, 2 * longest));
  return JSON.stringify(characters.length > longest ? `${characters.slice(0, longest).join("")}…` : text);
}

const longest = 60;

/** `"a", "b" and 3 more`. */
export function quotedList(names: readonly string[], max = 8): string {
  const shown = names.slice(0, max).map(quoted).join(", ");
  return names.length > max ? `${shown} and ${names.length - max} more` : shown;
}
