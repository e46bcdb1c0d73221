/*
 * Damages a file of a finished or stopped store: a byte, its length, all of its content, or by replacing it with another file. Then plan
 * and results must give the same answer or name the file, verify-store must name it, and run must redo the necessary jobs with the same
 * bits. Commands and jobs run in this process.
 *
 *     npm run build && node bench/faults/corruptions.ts [--cases N] [--from N] [--seed N]
 */
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Random } from "#runtime/random/random.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import { command } from "./in-process.ts";
import {
  bitsOf,
  copyOf,
  differenceOf,
  type Ended,
  failingWrites,
  filesBelow,
  hasStack,
  leftBehind,
  reference,
  remove,
  runArguments,
  runOf,
} from "./small-run.ts";
import { folderAt, removeJobs, stages } from "./stages.ts";

export const corruptions: Campaign = { name: "corruptions", cases: 2000, seconds: 300, run: corrupted };

const stores = ["finished", "pretrain", "finished", "finetune"] as const;

async function corrupted(index: number, random: Random): Promise<CaseOutcome> {
  const { bits, folder: whole } = await reference();
  const store = stores[index % stores.length]!;
  const from = store === "finished" ? whole : await stopped(store);
  const folder = copyOf(from);
  const where = store === "finished" ? store : "stopped";
  try {
    const path = fileOf(folder, store, random);
    const change = changes[random.below(changes.length)]!;
    const other = fileOf(folder, store, random);
    change.apply(path, random, other);
    const kind = `${where}: ${change.name} ${nameOf(folder, path)}`;
    const planned = await command(folder, ["plan", "a.pretrain", "objectives"]);
    const results = await command(folder, ["results", "a.pretrain", "objectives", "--json"]);
    const verified = await command(folder, ["verify-store", "a.pretrain"]);
    const again = await command(folder, runArguments, { jobsHere: true });
    const ended = { planned, results, verified, again };
    const failure = failureOf(ended, path, await numbersOf(from), folder) ?? (await afterReading(folder, bits, [path, other], verified));
    return { kind, ...(failure === undefined ? {} : { failure }) };
  } finally {
    remove(folder);
  }
}

/** The file to damage. In every second case of a stopped store, it belongs to the stopped job. */
function fileOf(folder: string, store: (typeof stores)[number], random: Random): string {
  const all = filesBelow(join(folder, ".pretrain")).filter((path) => !path.endsWith("log.txt"));
  const stoppedJob = all.filter((path) => path.includes(`/${store}-`) && path.includes("/checkpoints/"))[0]?.replace(/checkpoints.*/, "");
  const own = stoppedJob === undefined ? [] : all.filter((path) => path.startsWith(stoppedJob));
  const from = own.length > 0 && random.below(2) === 0 ? own : all;
  return from[random.below(from.length)]!;
}

function nameOf(folder: string, path: string): string {
  return relative(join(folder, ".pretrain"), path)
    .replace(/-[0-9a-f]{16}/, "")
    .replace(/step-\d+/, "step")
    .replace(/\.[\w-]+-[0-9a-f]{8}\.tmp$/, ".tmp")
    .replace("runs/", "");
}

interface Change {
  name: string;
  apply(path: string, random: Random, other: string): void;
}

const changes: readonly Change[] = [
  {
    name: "flip",
    apply(path, random) {
      const bytes = readFileSync(path);
      if (bytes.length === 0) return;
      bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      writeFileSync(path, bytes);
    },
  },
  { name: "cut", apply: (path, random) => truncateSync(path, random.below(Math.max(1, readFileSync(path).length))) },
  { name: "empty", apply: (path) => truncateSync(path, 0) },
  {
    name: "swap",
    apply(path, _, other) {
      const own = readFileSync(path);
      copyFileSync(other, path);
      writeFileSync(other, own);
    },
  },
];

function failureOf(
  ended: { planned: Ended; results: Ended; verified: Ended; again: Ended },
  path: string,
  expected: Record<string, number>,
  folder: string,
): string | undefined {
  for (const [name, each] of Object.entries(ended)) {
    if (hasStack(each)) return `${path}: ${name}: a stack trace: ${each.stderr.slice(-600)}`;
    if (each.signal !== null) return `${path}: ${name} did not end`;
  }
  const { planned, results, again } = ended;
  if (planned.code !== 0) return `${path}: plan ended with ${planned.code}: ${planned.stderr.slice(-600)}`;
  if (results.code === 0 && results.stdout.trim() !== "") {
    const found = numbersIn(results.stdout);
    const other = Object.keys(found).find((key) => found[key] !== expected[key]);
    if (other) return `${path}: results: another number: ${other}`;
    if (Object.keys(found).length < Object.keys(expected).length && !results.stderr.includes(".pretrain/"))
      return `${path}: results: a number is missing without a reason`;
  }
  if (again.code !== 0) return `${path}: run ended with ${again.code}: ${again.stderr.slice(-600)} ${again.stdout.slice(-400)}`;
  const left = leftBehind(folder);
  return left.length > 0 ? `${path}: leftover files: ${left.join(", ")}` : undefined;
}

/**
 * Checks damage that a run does not notice, because no job reads the file any more. verify-store must name it. When a job that depends on
 * the file is run again, the damage must be noticed and the file made again.
 */
async function afterReading(
  folder: string,
  bits: Record<string, string>,
  paths: readonly string[],
  verified: Ended,
): Promise<string | undefined> {
  const difference = differenceOf(bits, bitsOf(folder));
  if (difference === undefined) return undefined;
  const path = join(folder, ".pretrain/runs", difference);
  if (!paths.includes(path)) return `${paths[0]}: other bits: ${difference}`;
  if (!(verified.stdout + verified.stderr).includes(path)) return `${path}: verify-store does not name it`;
  const kind = difference.replace(/-[0-9a-f]{16}.*/s, "");
  const stage = stages.find((each) => each.kind === kind);
  // no job reads the weights of a fine-tuning
  if (!stage || !["corpus", "tokenizer", "encode", "pretrain"].includes(kind)) return undefined;
  const target = kind === "pretrain" ? "objectives" : stage.target;
  await removeJobs(folder, target, kind === "pretrain" ? ["finetune", "compare"] : stage.undone.filter((each) => each !== kind));
  const again = await command(folder, runOf(target), { jobsHere: true });
  if (again.code !== 0 || hasStack(again)) return `${path}: read again: ended with ${again.code}: ${again.stderr.slice(-600)}`;
  const still = differenceOf(bits, bitsOf(folder));
  return still === undefined || (paths.includes(join(folder, ".pretrain/runs", still)) && still !== difference)
    ? undefined
    : `${path}: read again: other bits: ${still}`;
}

/** Means by cell, task and metric. */
function numbersIn(stdout: string): Record<string, number> {
  const { summary } = JSON.parse(stdout) as { summary: { cell: string; task: string; metric: string; mean: number }[] };
  return Object.fromEntries(summary.map(({ cell, task, metric, mean }) => [`${cell} ${task} ${metric}`, mean]));
}

/** The results of a store before any fault. */
function numbersOf(folder: string): Promise<Record<string, number>> {
  const found =
    numbers.get(folder) ?? command(folder, ["results", "a.pretrain", "objectives", "--json"]).then(({ stdout }) => numbersIn(stdout));
  numbers.set(folder, found);
  return found;
}

const numbers = new Map<string, Promise<Record<string, number>>>();

/** A copy of the finished run, except for a training that was stopped after it saved a checkpoint. */
function stopped(kind: keyof typeof stops): Promise<string> {
  const found = made.get(kind) ?? stop(kind);
  made.set(kind, found);
  return found;
}

/**
 * When to stop a training, by its actions rather than by time: before the second checkpoint replaces the first, or after the first epoch's
 * weights are written.
 */
const stops = {
  pretrain: { at: 2, more: { FAULT_KILL: "process", FAULT_PATH: "/checkpoints/step-\\d+$" } },
  finetune: { at: 1, more: { FAULT_KILL: "stop", FAULT_PATH: "/checkpoints/best-" } },
} as const;

const made = new Map<string, Promise<string>>();

async function stop(kind: keyof typeof stops): Promise<string> {
  const stage = stages.find((each) => each.kind === kind)!;
  const killed = await folderAt(stage);
  const folder = copyOf((await reference()).folder);
  process.on("exit", () => remove(folder));
  const { at, more } = stops[kind];
  await command(killed, runOf(stage.target), { environment: failingWrites(killed, { [kind]: at }, more) });
  const runs = (root: string) => join(root, ".pretrain/runs");
  const id = readdirSync(runs(killed)).find((name) => name.startsWith(`${kind}-`) && checkpointsOf(join(runs(killed), name)).length > 0);
  if (id === undefined) throw new Error(`no ${kind} was stopped after a checkpoint`);
  rmSync(join(runs(folder), id), { recursive: true });
  cpSync(join(runs(killed), id), join(runs(folder), id), { recursive: true, preserveTimestamps: true });
  for (const name of readdirSync(runs(folder))) if (name.startsWith("compare-")) rmSync(join(runs(folder), name), { recursive: true });
  remove(killed);
  return folder;
}

function checkpointsOf(folder: string): string[] {
  return filesBelow(join(folder, "checkpoints")).filter((path) => /step-\d+.state\.json$/.test(path));
}

if (import.meta.main) await runCampaign(corruptions);
