/*
 * A file of a finished or of a stopped store is changed: a byte, its length, all of it, or for another file's. Then plan and results give
 * the same answer or name the file, and run does again what is needed, to the same bits.
 *
 *     npm run build && node bench/faults/corruptions.ts [--cases N] [--from N] [--seed N]
 */
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Random } from "#runtime/random/random.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import {
  bitsOf,
  copyOf,
  differenceOf,
  type Ended,
  failingWrites,
  filesBelow,
  hasStack,
  reference,
  remove,
  run,
  start,
  without,
} from "./small-run.ts";

export const corruptions: Campaign = { name: "corruptions", cases: 2000, seconds: 300, run: corrupted };

async function corrupted(index: number, random: Random): Promise<CaseOutcome> {
  const { bits, folder: whole } = await reference();
  const isStopped = index % 2 === 1;
  const folder = copyOf(isStopped ? await stopped() : whole);
  const where = isStopped ? "stopped" : "finished";
  try {
    const files = filesBelow(join(folder, ".pretrain")).filter((path) => !path.endsWith("log.txt"));
    const path = files[random.below(files.length)]!;
    const change = changes[random.below(changes.length)]!;
    const other = files[random.below(files.length)]!;
    change.apply(path, random, other);
    const kind = `${where}: ${change.name} ${relative(join(folder, ".pretrain"), path)
      .replace(/-[0-9a-f]{16}/, "")
      .replace(/step-\d+/, "step")
      .replace("runs/", "")}`;
    const planned = await start(folder, ["plan", "a.pretrain", "objectives"]).ended;
    const results = await start(folder, ["results", "a.pretrain", "objectives", "--json"]).ended;
    const again = await run(folder);
    const failure = failureOf({ planned, results, again }, path, await numbersOf(whole), folder, bits);
    return { kind, ...(failure === undefined ? {} : { failure }) };
  } finally {
    remove(folder);
  }
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
  ended: { planned: Ended; results: Ended; again: Ended },
  path: string,
  wanted: Record<string, number>,
  folder: string,
  bits: Record<string, string>,
): string | undefined {
  for (const [name, each] of Object.entries(ended)) {
    if (hasStack(each)) return `${path}: ${name}: a stack trace: ${each.stderr.slice(-600)}`;
    if (each.signal !== null) return `${path}: ${name} was ended after two minutes`;
  }
  const { planned, results, again } = ended;
  if (planned.code !== 0) return `${path}: plan ended with ${planned.code}: ${planned.stderr.slice(-600)}`;
  if (results.code === 0 && results.stdout.trim() !== "") {
    const found = numbersIn(results.stdout);
    const other = Object.keys(found).find((key) => found[key] !== wanted[key]);
    if (other) return `${path}: results: another number: ${other}`;
    if (Object.keys(found).length < Object.keys(wanted).length && !results.stderr.includes(".pretrain/"))
      return `${path}: results: a number is missing, and nothing says why`;
  }
  if (again.code !== 0) return `${path}: run ended with ${again.code}: ${again.stderr.slice(-600)} ${again.stdout.slice(-400)}`;
  const difference = differenceOf(bits, bitsOf(folder));
  return difference ? `${path}: other bits: ${difference}` : undefined;
}

/** Means by cell, task and metric. */
function numbersIn(stdout: string): Record<string, number> {
  const { summary } = JSON.parse(stdout) as { summary: { cell: string; task: string; metric: string; mean: number }[] };
  return Object.fromEntries(summary.map(({ cell, task, metric, mean }) => [`${cell} ${task} ${metric}`, mean]));
}

function numbersOf(folder: string): Promise<Record<string, number>> {
  numbers ??= start(folder, ["results", "a.pretrain", "objectives", "--json"]).ended.then(({ stdout }) => numbersIn(stdout));
  return numbers;
}

/** A store whose pre-training was killed behind a checkpoint. */
function stopped(): Promise<string> {
  made ??= (async () => {
    for (let at = 180; at < 400; at += 6) {
      const folder = await without("pretrain");
      await run(folder, failingWrites(folder, at, { FAULT_KILL: "group" }));
      if (filesBelow(folder).filter((path) => /step-\d+.state\.json$/.test(path)).length > 1) {
        process.on("exit", () => remove(folder));
        return folder;
      }
      remove(folder);
    }
    throw new Error("no run was stopped behind a checkpoint");
  })();
  return made;
}

let [made, numbers]: [Promise<string> | undefined, Promise<Record<string, number>> | undefined] = [undefined, undefined];

if (import.meta.main) await runCampaign(corruptions);
