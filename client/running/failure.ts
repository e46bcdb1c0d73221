import { existsSync } from "node:fs";
import { describeSystemError } from "#runtime/contract/system-error.ts";

/** How a process of the command line ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Its output on standard error. */
  said: string;
  /** Set if the process could not be started. */
  error?: Error;
}

/** What starting the command line needs: the folder, the program and the script. */
export interface StartedRun {
  program: string;
  script: string;
  folder: string;
}

/** A failed command. The message is a sentence without its full stop: what happened, and what to do. */
export class CommandFailure extends Error {
  /** Everything that the command printed, for its log. */
  readonly said: string;
  constructor(message: string, said: string) {
    super(message);
    this.said = said;
  }
}

/** Turns the end of a process into a message; the only place that does. */
export function failureOf(ending: Ending, start: StartedRun): CommandFailure {
  return new CommandFailure(reported(ending.said) ?? notStarted(ending, start) ?? ended(ending), withoutReport(ending.said));
}

/** The command's own message about its failure: the last line that it printed. */
function reported(said: string): string | undefined {
  for (const line of said.split("\n").toReversed()) {
    const message = messageIn(line);
    if (message !== undefined) return message;
  }
  return undefined;
}

function messageIn(line: string): string | undefined {
  if (!line.startsWith('{"failure":')) return undefined;
  try {
    const { failure } = JSON.parse(line) as { failure?: { message?: unknown } };
    return typeof failure?.message === "string" ? failure.message : undefined;
  } catch {
    return undefined;
  }
}

function withoutReport(said: string): string {
  const lines = said.split("\n").map((line) => (messageIn(line) === undefined ? line : (stackIn(line) ?? "")));
  return lines.join("\n").trim();
}

function stackIn(line: string): string | undefined {
  const { failure } = JSON.parse(line) as { failure: { stack?: string } };
  return failure.stack;
}

function notStarted({ error }: Ending, { program, script, folder }: StartedRun): string | undefined {
  // the system names the program even if the folder is missing
  if (!existsSync(folder)) return `the folder ${folder} no longer exists; open the folder that holds the experiment now`;
  if (!existsSync(program)) return `VS Code's own Node is no longer at ${program}, perhaps because of an update; restart VS Code`;
  if (!existsSync(script))
    return `the extension's file ${script} is missing, perhaps because of an update; restart VS Code, or reinstall the extension`;
  return error && (describeSystemError(error) ?? `its process could not be started (${error.message}); restart VS Code and try again`);
}

function ended({ code, signal, said }: Ending): string {
  const last = lastWords(said);
  const words = last === undefined ? "" : `; its last output was: ${last}`;
  if (signal === "SIGKILL")
    return "its process was killed, by a user or by the system for lack of memory; finished work is kept: run it again";
  if (signal) return `its process was ended by ${signal}${words}; finished work is kept: run it again`;
  return `its process ended with exit code ${code} without a message${words}; please report this with its log`;
}

/** The last line of output that describes an error; stack traces belong in the log. */
function lastWords(said: string): string | undefined {
  return said
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "" && !/^at |^Node\.js v|^[{}^]/.test(line));
}
