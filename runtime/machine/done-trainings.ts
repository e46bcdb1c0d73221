import { readdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import type { FinetuneResult, PretrainResult } from "#runtime/contract/artifacts.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { type TrainingJob, workOf } from "./work.ts";

/** A training that was done on this machine. */
export interface DoneTraining {
  kind: TrainingJob["kind"];
  engine: string;
  work: number;
  /** Of the whole machine: a job on one of two processors takes half of it. */
  seconds: number;
}

/** What a `.pretrain` folder tells of how fast this machine trains. A run that is done is read once. */
export interface DoneTrainings {
  all(): DoneTraining[];
}

/** @param root the `.pretrain` folder; it need not exist */
export function doneTrainings(root: string): DoneTrainings {
  const known = new Map<string, { changed: number; training: DoneTraining | undefined }>();
  const runs = join(root, "runs");
  return {
    all() {
      const found: DoneTraining[] = [];
      for (const id of namesIn(runs)) {
        if (!/^(pretrain|finetune)-/.test(id)) continue;
        const changed = statSync(join(runs, id, "result.json"), { throwIfNoEntry: false })?.mtimeMs;
        if (changed === undefined) continue;
        const entry = known.get(id);
        const training = entry?.changed === changed ? entry.training : trainingIn(join(runs, id));
        known.set(id, { changed, training });
        if (training) found.push(training);
      }
      return found;
    },
  };
}

/** As `manifest.json` has it, as far as it is read here. */
interface Ran {
  sessions: { host: string; outcome?: string; engine?: { engine: string; threads: number } }[];
}

function trainingIn(folder: string): DoneTraining | undefined {
  const job = readJson<Job>(join(folder, "job.json"));
  const result = readJson<PretrainResult | FinetuneResult>(join(folder, "result.json"));
  const session = readJson<Ran>(join(folder, "manifest.json"))?.sessions.at(-1);
  if (job?.kind !== "pretrain" && job?.kind !== "finetune") return undefined;
  if (!result || session?.host !== hostname() || !session.engine) return undefined;
  const { engine, threads } = session.engine;
  const work = knownWork(job, result.steps);
  if (!work || !(result.seconds > 0)) return undefined;
  return { kind: job.kind, engine, work, seconds: result.seconds * Math.min(1, threads / availableParallelism()) };
}

/** Undefined for a job of an earlier version, which may lack what this needs, or have it in another form. */
function knownWork(job: TrainingJob, steps: number): number | undefined {
  try {
    const work = workOf(job, steps);
    return work > 0 ? work : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}
