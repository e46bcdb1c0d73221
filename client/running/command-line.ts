import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type EngineRequest, engineArguments } from "#runtime/contract/engine-options.ts";
import { type CommandFailure, type Ending, failureOf } from "./failure.ts";

/** The bundled command line, run on VS Code's own Node. Every error is a `CommandFailure`. */
export interface CommandLine {
  /** Runs a command that prints one JSON document. */
  json<T>(args: readonly string[], options: { folder: string; signal?: AbortSignal }): Promise<T>;
  /** Runs a command that prints one JSON document per line, and passes on each as it arrives. */
  lines<T>(args: readonly string[], options: { folder: string; signal: AbortSignal; onLine(line: T): void }): Promise<void>;
  /** Starts `pretrain run`, which outlives this window. */
  run(options: { file: string; name: string; jobs: number } & Pick<EngineRequest, "engine" | "engineOptions">): RunProcess;
}

export interface RunProcess {
  pid: number | undefined;
  ended: Promise<RunEnd>;
}

export type RunEnd = { outcome: "done" | "stopped" } | { outcome: "failed"; failure: CommandFailure };

/**
 * @param logs a folder for the output of runs
 * @param program Node, or an executable that acts as Node when told to
 */
export function commandLine(script: string, logs: string, program = process.execPath): CommandLine {
  // VS Code's executable acts as Node when told to; its child processes inherit this
  const environment = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
  const start = (args: readonly string[], folder: string, signal: AbortSignal | undefined) => {
    const child = started(() =>
      spawn(program, [script, ...args, "--json"], { cwd: folder, env: environment, windowsHide: true, stdio: ["ignore", "pipe", "pipe"] }),
    );
    if (child instanceof Error) throw failureOf(neverStarted(child), { program, script, folder });
    // waits until the process has ended and released its locks, so that a retry can start
    signal?.addEventListener("abort", () => child.kill(), { once: true });
    if (signal?.aborted) child.kill();
    return child;
  };
  return {
    async json<T>(args: readonly string[], { folder, signal }: { folder: string; signal?: AbortSignal }) {
      const child = start(args, folder, signal);
      const printed: Buffer[] = [];
      child.stdout!.on("data", (data: Buffer) => printed.push(data));
      const ending = await endOf(child);
      const document = ending.code === 0 ? parsed<T>(Buffer.concat(printed).toString("utf8")) : undefined;
      if (document === undefined) throw failureOf(ending, { program, script, folder });
      return document;
    },
    async lines<T>(args: readonly string[], { folder, signal, onLine }: { folder: string; signal: AbortSignal; onLine(line: T): void }) {
      const child = start(args, folder, signal);
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const document = parsed<T>(line);
        if (document !== undefined) onLine(document);
      });
      const ending = await endOf(child);
      if (ending.code !== 0) throw failureOf(ending, { program, script, folder });
    },
    run({ file, name, jobs, ...engine }) {
      const folder = dirname(file);
      const args = [script, "run", file, name, "--json", ...engineArguments(engine), "--jobs", String(jobs)];
      let log = "";
      const child = started(() => {
        mkdirSync(logs, { recursive: true });
        // a declaration's name can be longer than a file's may be
        log = join(logs, `${name.slice(0, 60)}-${Date.now()}.log`);
        const output = openSync(log, "a");
        try {
          return spawn(program, args, {
            cwd: folder,
            detached: true,
            stdio: ["ignore", "ignore", output],
            env: environment,
            windowsHide: true,
          });
        } finally {
          closeSync(output);
        }
      });
      const failed = (ending: Ending): RunEnd => ({ outcome: "failed", failure: failureOf(ending, { program, script, folder }) });
      if (child instanceof Error) return { pid: undefined, ended: Promise.resolve(failed(neverStarted(child))) };
      child.unref();
      const ended = endOf(child).then(async (ending): Promise<RunEnd> => {
        if (ending.code === 0) return { outcome: "done" };
        if (ending.code === interrupted) return { outcome: "stopped" };
        return failed({ ...ending, said: await readFile(log, "utf8").catch(() => "") });
      });
      return { pid: child.pid, ended };
    },
  };
}

/** Exit code of `pretrain run` when stopped on request. */
const interrupted = 130;

/** Starts a process. Some errors at the start are thrown, others arrive later as an event. */
function started(make: () => ChildProcess): ChildProcess | Error {
  try {
    return make();
  } catch (error) {
    return error as Error;
  }
}

function neverStarted(error: Error): Ending {
  return { code: null, signal: null, said: "", error };
}

function endOf(child: ChildProcess): Promise<Ending> {
  const said: Buffer[] = [];
  child.stderr?.on("data", (data: Buffer) => said.push(data));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(neverStarted(error)));
    child.once("close", (code, signal) => resolve({ code, signal, said: Buffer.concat(said).toString("utf8") }));
  });
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
