import { rmSync } from "node:fs";
import { join } from "node:path";
import type { JobKind } from "#runtime/contract/plan.ts";
import { command } from "./in-process.ts";
import { copyOf, reference } from "./small-run.ts";

/** A store in which only jobs of one kind, and jobs that depend on them, are still to be done. */
export interface Stage {
  kind: JobKind;
  /** The declaration to run. */
  target: string;
  /** Kinds of the declaration's unfinished jobs. */
  undone: readonly JobKind[];
  /** Kinds of the unfinished jobs that faults are injected into. */
  faults: readonly JobKind[];
}

export const stages: readonly Stage[] = [
  { kind: "corpus", target: "base", undone: ["corpus", "tokenizer", "encode", "pretrain"], faults: ["corpus"] },
  { kind: "tokenizer", target: "base", undone: ["tokenizer", "encode", "pretrain"], faults: ["tokenizer"] },
  { kind: "encode", target: "base", undone: ["encode", "pretrain"], faults: ["encode"] },
  { kind: "measure", target: "timed", undone: [], faults: ["measure"] },
  { kind: "pretrain", target: "trained", undone: ["pretrain"], faults: ["pretrain"] },
  {
    kind: "finetune",
    target: "objectives",
    undone: ["finetune", "majority", "contamination", "compare"],
    faults: ["finetune", "majority", "contamination"],
  },
  { kind: "compare", target: "objectives", undone: ["compare"], faults: ["compare"] },
];

/** Slightly more writes than each kind of job, and the process of the run, need. The actual numbers depend a little on timing. */
export const maxWrites: Readonly<Record<JobKind | "run", number>> = {
  corpus: 76,
  tokenizer: 42,
  encode: 51,
  measure: 68,
  pretrain: 213,
  finetune: 200,
  evaluate: 60,
  majority: 42,
  contamination: 36,
  compare: 36,
  run: 62,
};

/** A copy of the finished run at a stage. */
export async function folderAt({ target, undone }: Stage): Promise<string> {
  const folder = copyOf((await reference()).folder);
  await removeJobs(folder, target, undone);
  return folder;
}

/** Removes a declaration's jobs of some kinds. */
export async function removeJobs(folder: string, target: string, kinds: readonly JobKind[]): Promise<void> {
  const jobs = await jobsOf(target);
  for (const { id, kind } of jobs) if (kinds.includes(kind)) rmSync(join(folder, ".pretrain/runs", id), { recursive: true, force: true });
}

/** The declaration's jobs in the finished run. */
function jobsOf(target: string): Promise<PlannedJob[]> {
  const found = planned.get(target) ?? plan(target);
  planned.set(target, found);
  return found;
}

interface PlannedJob {
  id: string;
  kind: JobKind;
}

const planned = new Map<string, Promise<PlannedJob[]>>();

async function plan(target: string): Promise<PlannedJob[]> {
  const { folder } = await reference();
  const { stdout } = await command(folder, ["plan", "a.pretrain", target, "--json"]);
  return (JSON.parse(stdout) as { jobs: PlannedJob[] }).jobs;
}
