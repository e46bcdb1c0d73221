import { existsSync } from "node:fs";
import { describeSystemError } from "#runtime/contract/system-error.ts";

/** How a process of the command line ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What it printed on standard error. */
  said: string;
  /** Where the process did not come to be. */
  error?: Error;
}

/** The command line, as it would be started: what has to be there for that. */
export interface Start {
  program: string;
  script: string;
  folder: string;
}

/** A command that did not end well. The message is a sentence without its full stop: what happened, and what to do. */
export class CommandFailure extends Error {
  /** All that the command printed on the way, for who wants to read on. */
  readonly said: string;
  constructor(message: string, said: string) {
    super(message);
    this.said = said;
  }
}

/** The one place where the end of a process becomes a sentence. */
export function failureOf(ending: Ending, start: Start): CommandFailure {
  return new CommandFailure(reported(ending.said) ?? notStarted(ending, start) ?? ended(ending), withoutReport(ending.said));
}

/** What the command says of its failure itself, in the last line of what it printed. */
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

function notStarted({ error }: Ending, { program, script, folder }: Start): string | undefined {
  // the system names the program, also where it is the folder that is not there
  if (!existsSync(folder)) return `the folder ${folder} is not there any more; open the folder where the experiment is now`;
  if (!existsSync(program)) return `VS Code's own Node is not at ${program} any more, as after an update; restart VS Code`;
  if (!existsSync(script))
    return `the extension's file ${script} is missing, as after an update; restart VS Code, or install the extension again`;
  return error && (describeSystemError(error) ?? `its process could not be started (${error.message}); restart VS Code and do it again`);
}

function ended({ code, signal, said }: Ending): string {
  const last = lastWords(said);
  const words = last === undefined ? "" : `; it last said: ${last}`;
  if (signal === "SIGKILL")
    return "its process was killed, by someone or by the system for want of memory; what is done is kept: run it again";
  if (signal) return `its process was ended with ${signal}${words}; what is done is kept: run it again`;
  return `its process ended with exit code ${code} without having said why${words}; please report it with its log`;
}

/** Where something happened in a program is for its log. */
function lastWords(said: string): string | undefined {
  return said
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "" && !/^at |^Node\.js v|^[{}^]/.test(line));
}
