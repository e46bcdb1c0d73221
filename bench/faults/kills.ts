/*
 * SIGKILLs in the middle of a run: of a job's process, of all its processes, of the parent; at any time, and in the middle of a write.
 * The next run ends with the bits of one that was never killed, and nothing is left behind. A case is four kills.
 *
 *     npm run build && node bench/faults/kills.ts [--cases N] [--from N] [--seed N]
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "#runtime/random/random.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import {
  type Begun,
  bitsOf,
  differenceOf,
  endGroup,
  failingWrites,
  groupLives,
  hasStack,
  type Kind,
  kinds,
  leftBehind,
  reference,
  remove,
  run,
  runArguments,
  start,
  without,
} from "./small-run.ts";

export const killsOfCase = 4;

export const kills: Campaign = { name: "kills", cases: 250, seconds: 300, run: killed };

async function killed(index: number, random: Random): Promise<CaseOutcome> {
  const { bits } = await reference();
  const kind = kinds[index % kinds.length]!;
  const folder = await without(kind);
  const begun: Begun[] = [];
  try {
    for (let time = 0; time < killsOfCase; time++) begun.push(await killOnce(folder, kind, random));
    const last = await run(folder);
    const failure = await failureOf(folder, bits, last, begun);
    return { kind, ...(failure === undefined ? {} : { failure }) };
  } finally {
    for (const { process } of begun) endGroup(process);
    remove(folder);
  }
}

/** At a write in half of the cases, else at a time. */
async function killOnce(folder: string, kind: Kind, random: Random): Promise<Begun> {
  const [way, target] = [random.uniform(), random.uniform()];
  if (way < 0.5) {
    const at = 1 + random.below(writesOfKind[kind]);
    const begun = start(folder, runArguments, failingWrites(folder, at, { FAULT_KILL: target < 0.3 ? "group" : "process" }));
    await begun.ended;
    return begun;
  }
  const begun = start(folder, runArguments);
  await Promise.race([wait(200 + 2500 * random.uniform()), begun.ended]);
  if (target < 0.4) endGroup(begun.process);
  else if (target < 0.7) begun.process.kill("SIGKILL");
  else for (const pid of workersIn(folder)) endProcess(pid);
  // the parent's end is the job's: it stops at its next step
  if (target < 0.7) await begun.ended;
  else await Promise.race([begun.ended, wait(1500)]).then(() => endGroup(begun.process));
  return begun;
}

/** Some more than it takes to do a job of the kind and what follows from it: beyond, the run ends by itself. */
const writesOfKind: Record<Kind, number> = {
  corpus: 500,
  tokenizer: 450,
  encode: 400,
  pretrain: 300,
  finetune: 200,
  majority: 90,
  leaks: 90,
  compare: 50,
};

function workersIn(folder: string): number[] {
  const runs = join(folder, ".pretrain/runs");
  return (existsSync(runs) ? readdirSync(runs) : []).flatMap((id) => {
    try {
      return [(JSON.parse(readFileSync(join(runs, id, "lock"), "utf8")) as { pid: number }).pid];
    } catch {
      return [];
    }
  });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has just ended
  }
}

async function failureOf(
  folder: string,
  bits: Record<string, string>,
  last: { code: number | null; stdout: string; stderr: string },
  begun: readonly Begun[],
): Promise<string | undefined> {
  if (last.code !== 0) return `the next run ended with ${last.code}: ${last.stderr.slice(-500)} ${last.stdout.slice(-500)}`;
  if (hasStack(last)) return `a stack trace: ${last.stderr.slice(-500)}`;
  const difference = differenceOf(bits, bitsOf(folder));
  if (difference) return `other bits: ${difference}`;
  const left = leftBehind(folder);
  if (left.length > 0) return `left behind: ${left.join(", ")}`;
  for (let time = 0; time < 50 && begun.some(({ process }) => groupLives(process)); time++) await wait(100);
  return begun.some(({ process }) => groupLives(process)) ? "a process lives on" : undefined;
}

if (import.meta.main) await runCampaign(kills);
