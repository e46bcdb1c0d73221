import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { RunEvent } from "#runtime/contract/events.ts";
import { temporaryFolder } from "../runs/temporary.ts";

/** What starts the command line from its sources. */
export const command = [process.execPath, join(import.meta.dirname, "../../runtime/cli/main.ts")];

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line in a folder, to its end. */
export function pretrain(folder: string, ...args: string[]): Promise<Outcome> {
  return startPretrain(folder, ...args).ended;
}

/** The same, in an environment of its own. */
export function pretrainWith(environment: NodeJS.ProcessEnv, folder: string, ...args: string[]): Promise<Outcome> {
  return started(environment, folder, args).ended;
}

export interface Started {
  process: ChildProcess;
  ended: Promise<Outcome>;
  /** Until an event of `run --json` is as wanted. */
  event(requested: (event: RunEvent) => boolean): Promise<RunEvent>;
}

export function startPretrain(folder: string, ...args: string[]): Started {
  return started(process.env, folder, args);
}

function started(env: NodeJS.ProcessEnv, folder: string, args: readonly string[]): Started {
  const child = spawn(command[0]!, [command[1]!, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
    for (const watch of watchers) watch();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    event: (requested) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const found = eventsIn(stdout).find(requested);
          if (!found) return;
          watchers.delete(watch);
          resolve(found);
        };
        watchers.add(watch);
        watch();
        void ended.then(() => reject(new Error(`it ended without the event:\n${stdout}\n${stderr}`)));
      }),
  };
}

/** The whole lines of `run --json`. */
export function eventsIn(stdout: string): RunEvent[] {
  return stdout
    .slice(0, stdout.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RunEvent);
}

/** A folder with these files. */
export function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Sentences that a small model can learn something from. */
export function sentences(count: number): string {
  const subjects = ["the old sailor", "a young nurse", "the mayor", "every child"];
  const verbs = ["praised", "forgot", "painted", "carried"];
  const objects = ["the harbour", "a red boat", "seven letters", "the winter"];
  return Array.from(
    { length: count },
    (_, i) => `${subjects[i % 4]} ${verbs[(i * 7 + (i >> 2)) % 4]} ${objects[(i * 5 + (i >> 4)) % 4]}.`,
  ).join("\n");
}

/** `sentence` and `polarity`, tab-separated. */
export function labelled(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, i) => `it was ${["good", "great", "bad", "dull"][i % 4]} number ${i}\t${i % 4 < 2 ? "positive" : "negative"}`,
  );
  return `sentence\tpolarity\n${rows.join("\n")}\n`;
}
