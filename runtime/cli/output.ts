import { relative } from "node:path";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { visible, visibleLine } from "#runtime/contract/visible.ts";

/* All output of the command line goes through these functions, so that text from data cannot move the cursor or change colours. */

/** Prints a line of the requested output on stdout. */
export function print(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** Prints the JSON document of `--json` on stdout. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Prints a message on stderr. */
export function say(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** A problem on one line, as compilers print it: `file:line:column: severity: message`, with a path relative to the working folder. */
export function problemLine(problem: PlacedProblem): string {
  return visibleLine(`${shownPath(problem.file)}:${problem.line}:${problem.column}: ${problem.severity}: ${problem.message}`);
}

/** A path as it would be typed in the working folder. */
export function shownPath(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen === "" || seen.startsWith("..") ? path : seen;
}

/** A path as an argument of a command that the user may copy: as `shownPath`, and quoted if a shell would divide or expand it. */
export function fileArgument(path: string): string {
  return shellWord(shownPath(path));
}

/** A word of a command line, in quotes if a POSIX shell needs them. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_./#:@%+,=-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
