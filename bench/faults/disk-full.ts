/*
 * Makes every write of a run fail once for lack of space; in every third case, all later writes of all processes fail too. The run must
 * report this with the file and leave no process, and the next run must give the same bits as an undisturbed one.
 *
 *     npm run build && node bench/faults/disk-full.ts [--cases N] [--from N] [--seed N]
 */
import { type Campaign, type CaseOutcome, runCampaign } from "./campaign.ts";
import { command } from "./in-process.ts";
import {
  type Begun,
  bitsOf,
  differenceOf,
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

interface Place {
  stage: Stage;
  /** Whose writes fail: those of the jobs, or of the process that starts them. */
  of: "jobs" | "run";
  /** Which write fails in each process, from 1. */
  at: number;
}

const places: readonly Place[] = stages.flatMap((stage) => {
  const jobs = Math.max(...stage.faults.map((kind) => maxWrites[kind]));
  const first = (count: number, of: Place["of"]) => Array.from({ length: count }, (_, i): Place => ({ stage, of, at: i + 1 }));
  return [...first(jobs, "jobs"), ...first(maxWrites.run, "run")];
});

export const diskFull: Campaign = { name: "disk-full", cases: places.length, seconds: 300, run: filled };

/** Step through all places, coprime with their number, so that the first cases already cover all jobs. */
const stride = 397;

async function filled(index: number): Promise<CaseOutcome> {
  const { bits } = await reference();
  const { stage, of, at } = places[(index * stride) % places.length]!;
  const lasting = index % 3 === 2;
  const folder = await folderAt(stage);
  const which = of === "run" ? { run: at } : Object.fromEntries(stage.faults.map((kind) => [kind, at]));
  const environment = failingWrites(folder, which, lasting ? { FAULT_LASTING: "1" } : {});
  let begun: Begun | undefined;
  try {
    if (of === "run" || lasting) begun = start(folder, runOf(stage.target), environment);
    const ended = await (begun ? begun.ended : command(folder, runOf(stage.target), { environment }));
    const { fired: faults } = writesOf(folder);
    const said = ended.stderr + ended.stdout;
    const end = faults === 0 ? "no such write" : ended.code === 0 ? "nothing lost" : "told";
    const kind = `${stage.kind}, ${of === "run" ? "the run's own writes" : "jobs"}, ${lasting ? "stays full" : "once"}: ${end}`;
    const fails = (failure: string): CaseOutcome => ({ kind, faults, failure: `write ${at}: ${failure}` });
    if (ended.signal !== null) return fails("it did not end");
    if (hasStack(ended)) return fails(`a stack trace: ${said.slice(-600)}`);
    if (ended.code !== 0 && !/the disk is full, so \S+ could not be written/.test(said)) return fails(`not told: ${said.slice(-600)}`);
    if (begun && groupLives(begun.process)) return fails("a process is still alive");
    const again = await command(folder, runOf(stage.target), { jobsHere: true });
    if (again.code !== 0) return fails(`does not go on: ${again.stderr.slice(-600)}`);
    const difference = differenceOf(bits, bitsOf(folder));
    if (difference) return fails(`other bits: ${difference}`);
    const left = leftBehind(folder);
    return left.length > 0 ? fails(`leftover files: ${left.join(", ")}`) : { kind, faults };
  } finally {
    if (begun) endGroup(begun.process);
    remove(folder);
  }
}

if (import.meta.main) await runCampaign(diskFull);
