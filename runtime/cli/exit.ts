import { CommanderError } from "commander";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { describeSystemError } from "#runtime/contract/system-error.ts";
import { problemLine, say } from "./output.ts";

/** The exit codes, which other programs rely on. */
export const exitCodes = { done: 0, problems: 1, usage: 2, runFailed: 3, unexpected: 4, interrupted: 130 } as const;

/** An argument does not exist or does not fit: exit code 2. */
export class UsageError extends Error {}

/** The file or its data have errors, which were printed or are in the message: exit code 1. */
export class ProblemsError extends Error {
  /** The problems that were printed. */
  readonly printed: readonly PlacedProblem[];
  constructor(message: string, printed: readonly PlacedProblem[] = []) {
    super(message);
    this.printed = printed;
  }
}

/** Runs an action. A failure because of the data is reported by its message, without a stack trace. */
export async function sayFailures(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof JobFailure) throw new ProblemsError(error.message);
    throw error;
  }
}

/** The reason why a command failed, for the program that started it. */
export interface Failure {
  exit_code: number;
  /** What happened and what to do: a sentence for display, without a full stop. */
  message: string;
  /** Stack trace, for a bug of this program. */
  stack?: string;
}

/** Reports an error, unless it was reported already, and returns its exit code. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const failure = failureOf(error);
  if (failure.stack !== undefined && !wantsJson()) say(failure.stack);
  // commander has reported it, or the problems were printed
  const isSaid = error instanceof CommanderError || (error instanceof ProblemsError && error.message === "");
  return fail(failure, isSaid ? "" : `error: ${failure.message}`);
}

/** Reports why the command fails: `words` for people; with `--json`, also a last line on standard error for programs. */
export function fail(failure: Failure, words: string): number {
  if (wantsJson()) say(JSON.stringify({ failure }));
  else if (words !== "") say(words);
  return failure.exit_code;
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return { exit_code: exitCodes.usage, message: error.message.replace(/^error: /, "") };
  if (error instanceof UsageError) return { exit_code: exitCodes.usage, message: error.message };
  if (error instanceof ProblemsError) return { exit_code: exitCodes.problems, message: error.message || firstOf(error.printed) };
  if (error instanceof JobFailure) return { exit_code: exitCodes.problems, message: error.message };
  const ofSystem = describeSystemError(error);
  if (ofSystem !== undefined) return { exit_code: exitCodes.problems, message: ofSystem };
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return {
    exit_code: exitCodes.problems,
    message: `this is a bug in Pretrain (${message.split("\n")[0]}); please report it with the output above`,
    stack: stack ?? message,
  };
}

/** The first of several problems: `a.pretrain:3:3: error: … (and 2 more)`. */
function firstOf(printed: readonly PlacedProblem[]): string {
  const errors = printed.filter(({ severity }) => severity === "error");
  const [first, ...more] = errors;
  if (!first) return "the file has errors";
  return `${problemLine(first).replace(": error: ", ": ")}${more.length > 0 ? ` (and ${more.length} more)` : ""}`;
}

function wantsJson(): boolean {
  return process.argv.includes("--json");
}
