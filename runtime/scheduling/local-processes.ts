import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { threadsFor } from "#runtime/engines/threads.ts";
import { availableMemory } from "#runtime/machine/memory.ts";
import type { Store } from "#runtime/runs/store.ts";
import { endOfText, openAnew } from "#runtime/runs/whole-files.ts";
import { endByCode, type HandedJob, type JobEnd, type JobRunner, jobArguments } from "./runner.ts";

/** The message over the channel that asks a job's process to stop. */
export const stopMessage = "stop";

/** The message with which a job's process reports why it ends, if it cannot write that to its folder. */
export interface LastWords {
  failed: string;
}

/**
 * Runs each job in a process on this machine. Its output goes to `log.txt` in the run folder. The channel between the processes is used to
 * ask it to stop, and lets it notice that its parent is gone.
 * @param command program and arguments that start this command line: `[node, cli.js]`
 */
export function localProcesses(store: Store, command: readonly string[]): JobRunner {
  const [program, ...before] = command;
  return {
    start(job, request): HandedJob {
      const logPath = join(store.runFolder(job.id), "log.txt");
      const log = openAnew(logPath);
      const child = spawn(program!, [...before, ...jobArguments(store.root, job, request)], {
        stdio: ["ignore", log, log, "ipc"],
        windowsHide: true,
      });
      closeSync(log);
      return {
        ended: endOf(child, logPath),
        stop() {
          if (child.connected) child.send(stopMessage, () => {});
        },
        kill: () => child.kill("SIGKILL"),
      };
    },
    free: () => ({ processors: threadsFor(1), memory: availableMemory() }),
    async stepSeconds(job, request, seconds, signal) {
      const given = [...before, ...jobArguments(store.root, job, request), "--probe", String(seconds)];
      try {
        return Number((await promisify(execFile)(program!, given, { signal })).stdout);
      } catch {
        // the run itself reports why
        return undefined;
      }
    },
  };
}

function endOf(child: ChildProcess, logPath: string): Promise<JobEnd> {
  let words: string | undefined;
  child.on("message", (message: Partial<LastWords>) => {
    if (typeof message?.failed === "string") words = message.failed;
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ outcome: "died", message: `its process could not be started: ${error.message}` }));
    child.once("exit", (code, signal) => {
      if (words !== undefined) resolve({ outcome: "died", message: words });
      else resolve(endByCode(code) ?? { outcome: "died", message: `${howItDied(code, signal)}${lastOf(logPath)}` });
    });
  });
}

function howItDied(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGKILL") return "its process was killed (SIGKILL), by someone or by the system for want of memory";
  if (signal) return `its process ended with ${signal}`;
  return `its process ended with exit code ${code}`;
}

/** The end of the process's output, in which a crash reports its cause. */
function lastOf(logPath: string): string {
  const text = endOfText(logPath, 4000).trim();
  if (text === "") return "";
  return `; it last printed:\n${text.slice(-2000)}`;
}
