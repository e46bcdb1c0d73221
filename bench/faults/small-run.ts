import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";

/* A minimal comparison with every kind of job, for trying faults. It runs from the bundle: `npm run build` first. */

const root = join(import.meta.dirname, "../..");

/** The command line's script: the bundle if one was built from these sources, because it starts faster; else the sources. */
export const program = isBuilt() ? join(root, "dist/cli.js") : join(root, "runtime/cli/main.ts");

function isBuilt(): boolean {
  const built = statSync(join(root, "dist/cli.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ["runtime", "language", "server"].flatMap((name) => filesBelow(join(root, name)));
  return sources.filter((path) => path.endsWith(".ts")).every((path) => statSync(path).mtimeMs < built);
}

export const experiment = `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales }
model tiny { layers: 1, hidden: 8, heads: 1, context: 16, dropout: 10% }
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity }
pretrain base {
  model: tiny
  objective: masked
  corpus: tales
  tokenizer: letters
  budget: 12 steps
  batch: 2
  save: every 4 steps, keep 2
}
compare trained { extends: base, vary objective: [masked, causal], seeds: 1 }
compare timed { extends: base, vary objective: [masked, causal], match: time, seeds: 1 }
compare objectives {
  extends: base
  vary objective: [masked, causal]
  finetune: { task: mood, epochs: 2, batch: 8 }
  seeds: 1
  baselines: [majority]
  expect: causal > masked on mood.accuracy
}
`;

/** Creates a folder with the experiment and its data. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-faults-"));
  writeFileSync(join(folder, "a.pretrain"), experiment);
  const [subjects, verbs] = [
    ["the sailor", "a nurse", "the mayor", "a child"],
    ["praised", "forgot", "painted", "carried"],
  ];
  const tale = (_: unknown, i: number) => `${subjects[i % 4]} ${verbs[(i * 7 + (i >> 2)) % 4]} it.`;
  writeFileSync(join(folder, "tales.txt"), Array.from({ length: 60 }, tale).join("\n"));
  const row = (_: unknown, i: number) => `${["good", "great", "bad", "dull"][i % 4]} ${i}\t${i % 4 < 2 ? "positive" : "negative"}\n`;
  writeFileSync(join(folder, "mood.tsv"), `sentence\tpolarity\n${Array.from({ length: 40 }, row).join("")}`);
  return folder;
}

/** A copy of a folder with its store. */
export function copyOf(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), "pretrain-faults-"));
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}

export function remove(folder: string): void {
  rmSync(countsOf(folder), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Begun {
  process: ChildProcess;
  ended: Promise<Ended>;
}

/** Starts the command line in a folder, in a process group of its own. A process that takes too long is ended. */
export function start(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}, seconds = 280): Begun {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, ...environment },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr!.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const late = setTimeout(() => endGroup(child), seconds * 1000);
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(late);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { process: child, ended };
}

export const runOf = (target: string) => ["run", "a.pretrain", target, "--engine", "cpu", "--jobs", "1", "--json"];
export const runArguments = runOf("objectives");

export function run(folder: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return start(folder, runArguments, environment).ended;
}

export function endGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch {
    // it has ended
  }
}

/** Whether any process of the group is alive. */
export function groupLives(child: ChildProcess): boolean {
  try {
    process.kill(-child.pid!, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Which write fails: a number counted over all processes, or one for each process by the id or kind of its job. `run` is the process that
 * starts jobs.
 */
export type FaultAt = number | Readonly<Record<string, number>>;

/** The environment that makes one write of a run fail, or kills the run during it. */
export function failingWrites(folder: string, at: FaultAt, more: Record<string, string> = {}): Record<string, string> {
  rmSync(countsOf(folder), { recursive: true, force: true });
  return {
    NODE_OPTIONS: `--import ${join(import.meta.dirname, "failing-writes.mjs")}`,
    FAULT_FOLDER: folder,
    FAULT_COUNTS: countsOf(folder),
    FAULT_AT: JSON.stringify(at),
    ...more,
  };
}

/** Numbers of writes by process of a run started with `failingWrites`, and the number of faults. */
export function writesOf(folder: string): { fired: number; writes: Record<string, number> } {
  const counts = filesBelow(countsOf(folder)).map((path) => [basename(path), statSync(path).size] as const);
  const { fired = 0, ...writes } = Object.fromEntries(counts);
  return { fired, writes };
}

/** The results of a run: weights, shards and predictions by content, and every number of its results except times. */
export function bitsOf(folder: string): Record<string, string> {
  const runs = join(folder, ".pretrain/runs");
  const bits: Record<string, string> = {};
  for (const path of filesBelow(runs)) {
    const name = relative(runs, path);
    if (/(events\.jsonl|manifest\.json|job\.json|log\.txt)$/.test(name)) continue;
    if (!name.endsWith("result.json")) bits[name] = createHash("sha256").update(readFileSync(path)).digest("hex");
    else bits[name] = JSON.stringify(withoutTimes(JSON.parse(readFileSync(path, "utf8"))));
  }
  return bits;
}

/** Leftover files that must not exist after a run has ended. */
export function leftBehind(folder: string): string[] {
  const store = join(folder, ".pretrain");
  if (!existsSync(store)) return [];
  return filesBelow(store)
    .map((path) => relative(store, path))
    .filter((name) => /\.tmp($|\/)|(^|\/)(lock|submitted)|^sessions\/|\/checkpoints\//.test(name));
}

/**
 * The first difference between two runs; undefined if they are equal. Jobs that only the second run has are ignored: they are those whose
 * number of steps depends on measured times.
 */
export function differenceOf(expected: Record<string, string>, found: Record<string, string>): string | undefined {
  const jobOf = (name: string) => name.replace(/\/.*/, "");
  const jobs = new Set(Object.keys(expected).map(jobOf));
  const names = [...Object.keys(expected), ...Object.keys(found).filter((name) => jobs.has(jobOf(name)))];
  return names.find((name) => expected[name] !== found[name]);
}

/** Whether the output contains a stack trace, which indicates a bug. */
export function hasStack({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): boolean {
  return /(^|\\n|\n)\s+at .*(:\d+:\d+|node:)/.test(stdout + stderr);
}

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .sort();
}

/** The folder for counts, next to the run's folder so that the counts are not counted as writes. */
function countsOf(folder: string): string {
  return `${folder}.writes`;
}

const times = new Set(["seconds", "overhead", "waitingForData", "testReadAt", "checksum", "test_first_read", "recorded", "before_test"]);

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !times.has(key))
      .map(([key, each]) => [key, withoutTimes(each)]),
  );
}

/** The finished run that others are compared with; created once. */
export function reference(): Promise<{ folder: string; bits: Record<string, string>; ended: Ended }> {
  made ??= (async () => {
    const folder = makeFolder();
    process.on("exit", () => remove(folder));
    const ended = await start(folder, runArguments, {}, 900).ended;
    if (ended.code !== 0) throw new Error(`the run without a fault failed: ${ended.stderr}`);
    return { folder, bits: bitsOf(folder), ended };
  })();
  return made;
}

let made: ReturnType<typeof reference> | undefined;
