/*
 * Kills processes of a run with SIGKILL: those of jobs, all of them, or the parent; at a random time, or during a write. The next run must
 * give the same bits as a run that was never killed, and leave no extra files. Most runs end in a kill, some complete; a case ends after
 * four kills or eight runs.
 *
 *     npm run build && node bench/faults/kills.ts [--cases N] [--from N] [--seed N]
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "#runtime/random/random.ts";
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import { command } from "./in-process.ts";
import {
  type Begun,
  bitsOf,
  differenceOf,
  type Ended,
  endGroup,
  failingWrites,
  groupLives,
  hasStack,
  leftBehind,
  reference,
  remove,
  runOf,
  start,
  writesOf,
} from "./small-run.ts";
import { folderAt, maxWrites, type Stage, stages } from "./stages.ts";

export const kills: Campaign = { name: "kills", cases: 400, seconds: 300, run: killed };

const [killsOfCase, maxRuns] = [4, 8];

async function killed(index: number, random: Random): Promise<CaseOutcome> {
  const { bits } = await reference();
  const stage = stages[index % stages.length]!;
  const folder = await folderAt(stage);
  const begun: Begun[] = [];
  let faults = 0;
  try {
    for (let runs = 0; runs < maxRuns && faults < killsOfCase; runs++) {
      const inWrite = random.uniform() < 0.7;
      faults += inWrite ? await killWriters(folder, stage, random) : await killFromOutside(folder, stage, random, begun);
    }
    const last = await command(folder, runOf(stage.target), { jobsHere: true });
    const failure = await failureOf(folder, bits, last, begun);
    return { kind: stage.kind, faults, ...(failure === undefined ? {} : { failure }) };
  } finally {
    for (const { process } of begun) endGroup(process);
    remove(folder);
  }
}

/**
 * Kills every job's process during one of its writes. The write's number is drawn from a range slightly larger than the number of writes,
 * so that some jobs finish.
 */
async function killWriters(folder: string, { kind, undone, target }: Stage, random: Random): Promise<number> {
  const kinds = [...new Set([kind, ...undone])];
  const at = Object.fromEntries(kinds.map((each) => [each, 1 + random.below(Math.ceil(1.2 * maxWrites[each]))]));
  await command(folder, runOf(target), { environment: failingWrites(folder, at, { FAULT_KILL: "process" }) });
  return writesOf(folder).fired;
}

/** Kills all processes, the parent, or the jobs' processes, at a random time after a job starts; or all of them during a write. */
async function killFromOutside(folder: string, { kind, target }: Stage, random: Random, begun: Begun[]): Promise<number> {
  const [way, share] = [random.uniform(), random.uniform()];
  if (way < 0.3) {
    const who = random.below(2) === 0 ? kind : "run";
    const at = { [who]: 1 + Math.floor(share * maxWrites[who]) };
    begun.push(start(folder, runOf(target), failingWrites(folder, at, { FAULT_KILL: "group" })));
    await begun.at(-1)!.ended;
    return writesOf(folder).fired;
  }
  const one = start(folder, runOf(target));
  begun.push(one);
  let over = false;
  void one.ended.then(() => {
    over = true;
  });
  while (!over && workersIn(folder).length === 0) await wait(10);
  await Promise.race([wait(1500 * share), one.ended]);
  if (over) return 0;
  if (way < 0.5) endGroup(one.process);
  // jobs end with their parent: they stop at their next step, and the next run waits for them
  else if (way < 0.75) one.process.kill("SIGKILL");
  else {
    const workers = workersIn(folder);
    for (const pid of workers) endProcess(pid);
    await one.ended;
    return workers.length;
  }
  await one.ended;
  return 1;
}

function workersIn(folder: string): number[] {
  const runs = join(folder, ".pretrain/runs");
  return (existsSync(runs) ? readdirSync(runs) : []).flatMap((id) => {
    try {
      const { pid } = JSON.parse(readFileSync(join(runs, id, "lock"), "utf8")) as { pid: number };
      process.kill(pid, 0);
      return [pid];
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

async function failureOf(folder: string, bits: Record<string, string>, last: Ended, begun: readonly Begun[]): Promise<string | undefined> {
  if (last.code !== 0) return `the next run ended with ${last.code}: ${last.stderr.slice(-500)} ${last.stdout.slice(-500)}`;
  if (hasStack(last)) return `a stack trace: ${last.stderr.slice(-500)}`;
  const difference = differenceOf(bits, bitsOf(folder));
  if (difference) return `other bits: ${difference}`;
  const left = leftBehind(folder);
  if (left.length > 0) return `leftover files: ${left.join(", ")}`;
  for (let time = 0; time < 50 && begun.some(({ process }) => groupLives(process)); time++) await wait(100);
  return begun.some(({ process }) => groupLives(process)) ? "a process is still alive" : undefined;
}

if (import.meta.main) await runCampaign(kills);
