import { execFile, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** The command line that comes with the extension, on VS Code's own Node. */
export interface CommandLine {
  /** One JSON document; rejects with what was printed on standard error. */
  json<T>(args: readonly string[], options: { folder: string; signal?: AbortSignal }): Promise<T>;
  /** A JSON document a line, each given away as it comes; rejects with what was printed on standard error. */
  lines<T>(args: readonly string[], options: { folder: string; signal: AbortSignal; onLine(line: T): void }): Promise<void>;
  /** Starts `run`: it outlives this window. */
  run(options: { file: string; name: string; engine: string; jobs: number }): RunProcess;
}

export interface RunProcess {
  pid: number | undefined;
  ended: Promise<{ code: number | null; said: string }>;
}

/** @param logs a folder for what runs print */
export function commandLine(script: string, logs: string): CommandLine {
  // VS Code's executable is Node when told so; what it starts in turn inherits that
  const environment = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
  return {
    json<T>(args: readonly string[], { folder, signal }: { folder: string; signal?: AbortSignal }) {
      return new Promise<T>((resolve, reject) => {
        const options = { cwd: folder, env: environment, maxBuffer: 1 << 28, windowsHide: true, ...(signal ? { signal } : {}) };
        execFile(process.execPath, [script, ...args, "--json"], options, (error, stdout, stderr) => {
          try {
            resolve(JSON.parse(stdout) as T);
          } catch {
            reject(new Error(stderr.trim() || error?.message || "it printed nothing"));
          }
        });
      });
    },
    lines<T>(args: readonly string[], { folder, signal, onLine }: { folder: string; signal: AbortSignal; onLine(line: T): void }) {
      return new Promise<void>((resolve, reject) => {
        const child = spawn(process.execPath, [script, ...args, "--json"], { cwd: folder, env: environment, windowsHide: true });
        // it has ended, and let go of what it held, before anyone tries again
        signal.addEventListener("abort", () => child.kill(), { once: true });
        let said = "";
        child.stderr.on("data", (data: Buffer) => {
          said += data;
        });
        createInterface({ input: child.stdout }).on("line", (line) => onLine(JSON.parse(line) as T));
        child.once("error", reject);
        child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(said.trim() || `it ended with ${code}`))));
      });
    },
    run({ file, name, engine, jobs }) {
      mkdirSync(logs, { recursive: true });
      const log = join(logs, `${name}-${Date.now()}.log`);
      const output = openSync(log, "a");
      const args = [script, "run", file, name, "--json", "--engine", engine, "--jobs", String(jobs)];
      const child = spawn(process.execPath, args, {
        cwd: dirname(file),
        detached: true,
        stdio: ["ignore", "ignore", output],
        env: environment,
        windowsHide: true,
      });
      closeSync(output);
      child.unref();
      const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
        child.once("error", (error) => resolve({ code: null, said: error.message }));
        child.once("exit", (code) => {
          void readFile(log, "utf8").then(
            (said) => resolve({ code, said: said.trim() }),
            () => resolve({ code, said: "" }),
          );
        });
      });
      return { pid: child.pid, ended };
    },
  };
}
