import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { formatBytes } from "#runtime/contract/numbers.ts";
import { freeSpace } from "#runtime/machine/free-space.ts";
import { InstallFailure } from "../../installer.ts";

export interface Tools {
  python: string;
  npm: string;
  compiler: string;
}

/** Finds the tools that the build needs. If any is missing, one message lists all of them, with what to do about each. */
export async function findTools(environment: NodeJS.ProcessEnv = process.env): Promise<Tools> {
  const python = find([environment.PYTHON, "python3", "python"], environment);
  const npm = find(["npm"], environment);
  const compiler = find([environment.CXX, "g++", "clang++", "c++"], environment);
  const missing: string[] = [];
  if (python === undefined) {
    missing.push("Python 3 with pip, which fetches TensorFlow (Debian and Ubuntu: apt-get install python3-pip), or set PYTHON to one");
  } else {
    const pip = await run(python, ["-m", "pip", "--version"], { environment });
    if (pip.code !== 0) missing.push(`pip, which fetches TensorFlow: ${python} has none (Debian and Ubuntu: apt-get install python3-pip)`);
  }
  if (npm === undefined) missing.push("npm, which fetches the binding: it comes with Node.js (https://nodejs.org)");
  if (compiler === undefined) {
    missing.push("a C++ compiler, which builds the binding (Debian and Ubuntu: apt-get install g++), or set CXX to one");
  }
  if (python === undefined || npm === undefined || compiler === undefined || missing.length > 0)
    throw new InstallFailure(`missing: ${missing.join("; ")}`);
  return { python, npm, compiler };
}

/** The path of the first of these programs that exists. */
function find(names: readonly (string | undefined)[], environment: NodeJS.ProcessEnv): string | undefined {
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = names.flatMap((name) => {
    if (!name) return [];
    return isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name));
  });
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Throws if the disk of a folder has fewer bytes left than needed. */
export function requireSpace(folder: string, bytes: number, free: (folder: string) => number = freeSpace): void {
  const left = free(folder);
  if (left >= bytes) return;
  throw new InstallFailure(
    `${formatBytes(bytes)} are needed in ${folder} and ${formatBytes(left)} are free: make room, or set PRETRAIN_HOME to a folder on another disk`,
  );
}

export interface RunResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  folder?: string;
  environment?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  onOutput?(text: string): void;
}

export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      ...(options.folder === undefined ? {} : { cwd: options.folder }),
      ...(options.signal ? { signal: options.signal } : {}),
      env: options.environment ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
      options.onOutput?.(String(chunk));
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    child.once("error", (error) => resolve({ code: null, stdout, stderr: stderr + error.message }));
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
