import { relative } from "node:path";
import type { PlacedProblem } from "#runtime/contract/problem.ts";

/** A line of what was asked for, on stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The one JSON document of `--json`. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A message, on stderr. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** `file:line:column: severity: message`, as compilers do; the file as seen from here. */
export function problemLine(problem: PlacedProblem): string {
  return `${shownPath(problem.file)}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message}`;
}

/** A path as people would type it here. */
export function shownPath(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen === "" || seen.startsWith("..") ? path : seen;
}
