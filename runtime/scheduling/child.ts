import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { type EngineRequest, engineArguments } from "#runtime/contract/engine-options.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { endOfText, openAnew } from "#runtime/runs/files.ts";
import type { Store } from "#runtime/runs/store.ts";

/** How a job's process ended. */
export type ChildOutcome =
  | { outcome: "done" | "failed" | "stopped" | "running-elsewhere" }
  /** Without having said why in its folder: killed, crashed in native code, or it could not write. */
  | { outcome: "died"; message: string };

export interface Child {
  ended: Promise<ChildOutcome>;
  /** Asks it to stop cleanly. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

/** Exit codes of the hidden command `job`. */
export const jobExitCodes = { done: 0, failed: 3, "running-elsewhere": 75, stopped: 130 } as const;

/** The message over the channel that asks a job's process to stop. */
export const stopMessage = "stop";

/** The message by which a job's process says why it ends, where it cannot say so in its folder. */
export interface LastWords {
  failed: string;
}

/**
 * Starts a job in a process of its own. What it prints goes to `log.txt` in the run folder. The channel between the two is how
 * the child is asked to stop, and how it notices that its parent is gone.
 */
export function startChild(job: Job, options: EngineRequest & { store: Store; command: readonly string[] }): Child {
  const [program, ...before] = options.command;
  const folder = options.store.runFolder(job.id);
  const logPath = join(folder, "log.txt");
  const log = openAnew(logPath);
  const child = spawn(
    program!,
    [...before, "job", options.store.root, job.id, ...engineArguments(options), "--threads", String(options.threads)],
    {
      stdio: ["ignore", log, log, "ipc"],
      windowsHide: true,
    },
  );
  closeSync(log);
  return {
    ended: endOf(child, logPath),
    stop() {
      if (child.connected) child.send(stopMessage, () => {});
    },
    kill: () => child.kill("SIGKILL"),
  };
}

function endOf(child: ChildProcess, logPath: string): Promise<ChildOutcome> {
  let words: string | undefined;
  child.on("message", (message: Partial<LastWords>) => {
    if (typeof message?.failed === "string") words = message.failed;
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ outcome: "died", message: `its process could not be started: ${error.message}` }));
    child.once("exit", (code, signal) => {
      const known = Object.entries(jobExitCodes).find(([, exitCode]) => exitCode === code);
      if (words !== undefined) resolve({ outcome: "died", message: words });
      else if (known) resolve({ outcome: known[0] as keyof typeof jobExitCodes });
      else resolve({ outcome: "died", message: `${howItDied(code, signal)}${lastOf(logPath)}` });
    });
  });
}

function howItDied(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGKILL") return "its process was killed (SIGKILL), by someone or by the system for want of memory";
  if (signal) return `its process ended with ${signal}`;
  return `its process ended with exit code ${code}`;
}

/** The end of what the process printed: where a crash says what it was. */
function lastOf(logPath: string): string {
  const text = endOfText(logPath, 4000).trim();
  if (text === "") return "";
  return `; it last printed:\n${text.slice(-2000)}`;
}
