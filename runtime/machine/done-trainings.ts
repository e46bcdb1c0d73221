import { readdirSync, statSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import type * as v from "valibot";
import { type FinetuneResult, finetuneResult, type PretrainResult, pretrainResult } from "#runtime/contract/artifacts.ts";
import { jobRecord } from "#runtime/contract/plan-schema.ts";
import { manifest } from "#runtime/contract/records.ts";
import { parseSealed } from "#runtime/contract/sealed.ts";
import { readRegularText } from "./regular-file.ts";
import { type TrainingJob, workOf } from "./work.ts";

/** A training that was run on this machine. */
export interface DoneTraining {
  kind: TrainingJob["kind"];
  engine: string;
  work: number;
  /** Time on the whole machine: a job that uses one of two processors counts half. */
  seconds: number;
}

/** The finished trainings of a `.pretrain` folder, which show how fast this machine trains. A finished run is read only once. */
export interface DoneTrainings {
  all(): DoneTraining[];
}

/** Limits on the work of each call; the next call continues. */
export interface LookingBounds {
  /** Maximum number of run folders that are listed. */
  runs: number;
  /** Maximum number of runs whose files are read. */
  read: number;
}

/** @param root the `.pretrain` folder, which need not exist */
export function doneTrainings(root: string, bounds: LookingBounds = { runs: Infinity, read: Infinity }): DoneTrainings {
  const known = new Map<string, { changed: number; training: DoneTraining | undefined }>();
  const runs = join(root, "runs");
  return {
    all() {
      const found: DoneTraining[] = [];
      let toRead = bounds.read;
      const trainings = namesIn(runs).filter((id) => /^(pretrain|finetune)-/.test(id));
      for (const id of trainings.slice(0, bounds.runs)) {
        const changed = statSync(join(runs, id, "result.json"), { throwIfNoEntry: false })?.mtimeMs;
        if (changed === undefined) continue;
        const entry = known.get(id);
        if (entry?.changed !== changed && toRead-- <= 0) continue;
        const training = entry?.changed === changed ? entry.training : trainingIn(join(runs, id));
        known.set(id, { changed, training });
        if (training) found.push(training);
      }
      return found;
    },
  };
}

function trainingIn(folder: string): DoneTraining | undefined {
  const job = read(join(folder, "job.json"), jobRecord);
  const session = read(join(folder, "manifest.json"), manifest)?.sessions.at(-1);
  const result =
    job && read<PretrainResult | FinetuneResult>(join(folder, "result.json"), job.kind === "pretrain" ? pretrainResult : finetuneResult);
  if (job?.kind !== "pretrain" && job?.kind !== "finetune") return undefined;
  if (!result || session?.host !== hostname() || !session.engine) return undefined;
  const { engine, threads } = session.engine;
  const work = knownWork(job, result.steps);
  if (!work || !(result.seconds > 0)) return undefined;
  return { kind: job.kind, engine, work, seconds: result.seconds * Math.min(1, threads / availableParallelism()) };
}

/** The work of a job; undefined for a job of an earlier version whose settings have another form. */
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

/** Reads a file of a run; undefined if it is missing or damaged, in which case the run is ignored. */
function read<T>(path: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  try {
    const parsed = parseSealed(readRegularText(path), schema);
    return "value" in parsed ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}
