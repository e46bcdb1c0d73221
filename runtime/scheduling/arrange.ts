import type { EngineRequest } from "#runtime/contract/engine-options.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { trainingFlops } from "#runtime/machine/work.ts";
import type { Store } from "#runtime/runs/store.ts";
import type { JobRunner } from "./runner.ts";
import { widthOf } from "./width.ts";

/** How many jobs work at a time, and on how many threads each of them trains. */
export interface Arrangement {
  parallel: number;
  threadsOf(job: Job): number;
}

export interface ArrangeOptions extends Omit<EngineRequest, "threads"> {
  store: Store;
  runner: JobRunner;
  signal: AbortSignal;
  /** Told what was measured and decided. */
  say(message: string): void;
}

/**
 * One job on all processors, or a job on each: small models have too little work in an operation to share it out. Where there
 * is enough to do that it pays, this is measured on the plan's longest training: a step on all threads against steps side by
 * side on their share of them. Small work has small models, and goes side by side. Where the plan lets fewer jobs run at a time than
 * there are processors, these share all: one after which all others wait, or for which it waits, has every thread.
 */
export async function arrange(needed: readonly Job[], options: ArrangeOptions): Promise<Arrangement> {
  const { processors } = options.runner.free();
  const trainings = needed.filter((job) => job.kind === "pretrain" || job.kind === "finetune");
  const width = widthOf(needed, processors);
  const alone: Arrangement = { parallel: 1, threadsOf: () => processors };
  const beside: Arrangement = { parallel: processors, threadsOf: (job) => shareOf(processors, width.of(job)) };
  if (processors === 1 || width.all < 2) return alone;
  if (trainings.reduce((sum, job) => sum + trainingFlops(job), 0) < worthMeasuring) return beside;
  const longest = trainings.reduce((most, job) => (trainingFlops(job) > trainingFlops(most) ? job : most));
  options.store.writeJob(longest);
  const [one] = await probes(longest, 1, processors, options);
  const share = shareOf(processors, width.all);
  const many = await probes(longest, width.all, share, options);
  if (one === undefined || many.length === 0) return alone;
  const rates = { alone: 1 / one, beside: many.reduce((sum, seconds) => sum + 1 / seconds, 0) };
  const ratio = rates.beside / rates.alone;
  options.say(
    `measured on ${longest.name}: ${width.all} jobs on ${share === 1 ? "one thread" : `${share} threads`} each make ${ratio.toFixed(2)} times the steps of one job on ${processors}; ${
      ratio > 1 ? "jobs run side by side" : "one job runs at a time"
    }`,
  );
  return ratio > 1 ? beside : alone;
}

/** Threads for each of so many jobs side by side. */
function shareOf(processors: number, jobs: number): number {
  return Math.max(1, Math.floor(processors / jobs));
}

/** FLOPs that take a minute or more: measuring takes some five seconds. */
const worthMeasuring = 5e12;
const probeSeconds = 1;

/** Seconds a step, of so many trainings at a time. Empty where one could not: the run itself will say why. */
async function probes(job: Job, count: number, threads: number, options: ArrangeOptions): Promise<number[]> {
  const { runner, engine, engineOptions, signal } = options;
  const request = { engine, engineOptions, threads };
  const measured = await Promise.all(Array.from({ length: count }, () => runner.stepSeconds(job, request, probeSeconds, signal)));
  return measured.every((seconds) => seconds !== undefined) ? measured : [];
}
