import type { EngineRequest } from "#runtime/contract/engine-options.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { isTraining } from "#runtime/machine/estimate.ts";
import { trainingFlops } from "#runtime/machine/work.ts";
import type { Store } from "#runtime/runs/store.ts";
import type { JobRunner } from "./runner.ts";
import { widthOf } from "./width.ts";

/** The number of jobs that run at a time, and the number of threads on which each trains. */
export interface Arrangement {
  parallel: number;
  threadsOf(job: Job): number;
}

export interface ArrangeOptions extends Omit<EngineRequest, "threads"> {
  store: Store;
  runner: JobRunner;
  signal: AbortSignal;
  /** Called with a message about what was measured and decided. */
  say(message: string): void;
}

/**
 * Decides between one job on all processors and one job on each, since operations of small models are too small to parallelise. If there is
 * enough work, it is measured on the plan's longest training: a step on all threads against parallel steps on their share of the threads.
 * Otherwise models are small, and jobs run in parallel. If the plan allows fewer parallel jobs than there are processors, these share all
 * processors, so that a job that all others depend on, or that depends on all others, has every thread.
 */
export async function arrange(needed: readonly Job[], options: ArrangeOptions): Promise<Arrangement> {
  const { processors } = options.runner.free();
  const trainings = needed.filter(isTraining);
  const width = widthOf(needed, processors);
  const alone: Arrangement = { parallel: 1, threadsOf: () => processors };
  const beside: Arrangement = { parallel: processors, threadsOf: (job) => shareOf(processors, width.of(job)) };
  if (processors === 1 || width.all < 2) return alone;
  if (trainings.reduce((sum, job) => sum + trainingFlops(job), 0) < worthMeasuring) return beside;
  const longest = trainings.reduce((max, job) => (trainingFlops(job) > trainingFlops(max) ? job : max));
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

/** Number of threads of each of this number of parallel jobs. */
function shareOf(processors: number, jobs: number): number {
  return Math.max(1, Math.floor(processors / jobs));
}

/** FLOPs that take at least a minute, for which measuring pays, which takes about five seconds. */
const worthMeasuring = 5e12;
const probeSeconds = 1;

/** Step times in seconds of this number of parallel trainings; empty if one failed, in which case the run itself reports why. */
async function probes(job: Job, count: number, threads: number, options: ArrangeOptions): Promise<number[]> {
  const { runner, engine, engineOptions, signal } = options;
  const request = { engine, engineOptions, threads };
  const measured = await Promise.all(Array.from({ length: count }, () => runner.stepSeconds(job, request, probeSeconds, signal)));
  return measured.every((seconds) => seconds !== undefined) ? measured : [];
}
