/*
 * Every write of a run fails once for want of space, and in every second case all that follow it: the run says so with the file, no
 * process is left, and the next run ends with the bits of one that nothing happened to.
 *
 *     npm run build && node bench/faults/disk-full.ts [--cases N] [--from N] [--seed N]
 */
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import {
  bitsOf,
  differenceOf,
  endGroup,
  failingWrites,
  groupLives,
  hasStack,
  leftBehind,
  makeFolder,
  reference,
  remove,
  run,
  runArguments,
  start,
  writesOf,
} from "./small-run.ts";

export const diskFull: Campaign = { name: "disk-full", cases: 1000, seconds: 300, run: filled };

/** How many writes a run takes, about: events depend on the time that it takes. */
export function countWrites(): Promise<number> {
  counted ??= (async () => {
    const folder = makeFolder();
    await run(folder, failingWrites(folder, 0));
    const writes = writesOf(folder);
    remove(folder);
    return writes;
  })();
  return counted;
}

let counted: Promise<number> | undefined;

/** A step through all writes that has no factor in common with any number of them that there may be: the first cases are of all jobs. */
const stride = 397;

async function filled(index: number): Promise<CaseOutcome> {
  const at = 1 + ((index * stride) % (await countWrites()));
  const { bits } = await reference();
  const folder = makeFolder();
  const lasting = index % 2 === 1;
  const begun = start(folder, runArguments, failingWrites(folder, at, lasting ? { FAULT_LASTING: "1" } : {}));
  try {
    const ended = await begun.ended;
    const told = /the disk is full, so \S+ could not be written/.test(ended.stdout + ended.stderr);
    const kind = `${lasting ? "stays full" : "once"}: ${ended.code === 0 ? "nothing lost" : "told"}`;
    if (hasStack(ended)) return { kind, failure: `write ${at}: a stack trace: ${(ended.stderr + ended.stdout).slice(-600)}` };
    if (ended.code !== 0 && !told) return { kind, failure: `write ${at}: not told: ${(ended.stderr + ended.stdout).slice(-600)}` };
    if (groupLives(begun.process)) return { kind, failure: `write ${at}: a process lives on` };
    const again = await run(folder);
    if (again.code !== 0) return { kind, failure: `write ${at}: does not go on: ${again.stderr.slice(-600)}` };
    const difference = differenceOf(bits, bitsOf(folder));
    if (difference) return { kind, failure: `write ${at}: other bits: ${difference}` };
    const left = leftBehind(folder);
    return left.length > 0 ? { kind, failure: `write ${at}: left behind: ${left.join(", ")}` } : { kind };
  } finally {
    endGroup(begun.process);
    remove(folder);
  }
}

if (import.meta.main) await runCampaign({ ...diskFull, cases: await countWrites() });
