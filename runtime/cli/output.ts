import { relative } from "node:path";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { visible, visibleLine } from "#runtime/contract/visible.ts";

/* All that this command line prints goes through here: what comes from data can move no cursor and change no colour. */

/** A line of what was asked for, on stdout. */
export function print(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** The one JSON document of `--json`. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A message, on stderr. */
export function say(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** `file:line:column: severity: message`, as compilers do; the file as seen from here. One line, whatever the message quotes. */
export function problemLine(problem: PlacedProblem): string {
  return visibleLine(`${shownPath(problem.file)}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message}`);
}

/** A path as people would type it here. */
export function shownPath(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen === "" || seen.startsWith("..") ? path : seen;
}
