import { CommanderError } from "commander";
import { JobFailure } from "#runtime/jobs/context.ts";
import { say } from "./output.ts";

/** What other programs rely on. */
export const exitCodes = { done: 0, problems: 1, usage: 2, runFailed: 3, unexpected: 4, interrupted: 130 } as const;

/** The command was given something that does not exist or does not fit: exit code 2. */
export class UsageError extends Error {}

/** The file or its data has errors, which were printed or are in the message: exit code 1. */
export class ProblemsError extends Error {}

/** What cannot be done for a reason in the data is said as it is, without a stack. */
export async function sayFailures(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof JobFailure) throw new ProblemsError(error.message);
    throw error;
  }
}

/** Says what went wrong, where it was not said yet, and gives the exit code for it. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof UsageError) {
    say(`error: ${error.message}`);
    return exitCodes.usage;
  }
  if (error instanceof ProblemsError) {
    if (error.message) say(`error: ${error.message}`);
    return exitCodes.problems;
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.problems;
}
