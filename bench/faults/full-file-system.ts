/*
 * Runs on a file system that is really full, with sizes up to the required one (tmpfs; needs root). The run must report this with the file,
 * and with more space the next run must give the same bits as a run that had the space from the beginning.
 *
 *     npm run build && node bench/faults/full-file-system.ts [--cases N] [--from N] [--seed N]
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "#runtime/random/random.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import { command } from "./in-process.ts";
import { bitsOf, differenceOf, filesBelow, hasStack, leftBehind, makeFolder, reference, remove, runArguments } from "./small-run.ts";

export const fullFileSystem: Campaign = { name: "full-file-system", cases: 100, seconds: 300, run: filled };

const page = 4096;

/** The message of a failed write, or of a corpus that is refused because there is no room for it. */
const diskFull = /the disk is full, so \S+ could not be written|the disk of \S+ has \d+ kB left; free some space/;

async function filled(_index: number, random: Random): Promise<CaseOutcome> {
  const { bits, folder: whole } = await reference();
  const needed = filesBelow(join(whole, ".pretrain")).reduce((pages, path) => pages + Math.ceil(statSync(path).size / page), 0);
  const folder = makeFolder();
  const store = join(folder, ".pretrain");
  mkdirSync(store);
  const size = page * (1 + random.below(needed));
  if (!mounted("-t", "tmpfs", "-o", `size=${size}`, "none", store)) return { kind: "cannot be mounted here" };
  try {
    const ended = await command(folder, runArguments);
    const said = (ended.stdout + ended.stderr).slice(-800);
    const kind = ended.code === 0 ? "went on" : "told";
    const fails = (failure: string): CaseOutcome => ({ kind, failure: `${size} bytes: ${failure}: ${said}` });
    if (ended.signal !== null) return fails("it did not end");
    if (hasStack(ended)) return fails("a stack trace");
    if (ended.code !== 0 && !diskFull.test(ended.stdout + ended.stderr)) return fails("not told");
    mounted("-o", `remount,size=${100 * page * needed}`, store);
    const again = await command(folder, runArguments);
    if (again.code !== 0) return fails(`does not go on, ${again.stderr.slice(-600)}, after`);
    const difference = differenceOf(bits, bitsOf(folder));
    if (difference) return fails(`other bits in ${difference}`);
    const left = leftBehind(folder);
    return left.length > 0 ? fails(`leftover files: ${left.join(", ")}`) : { kind };
  } finally {
    spawnSync("umount", ["-l", store]);
    remove(folder);
  }
}

function mounted(...args: string[]): boolean {
  return spawnSync("mount", args).status === 0;
}

if (import.meta.main) await runCampaign(fullFileSystem);
