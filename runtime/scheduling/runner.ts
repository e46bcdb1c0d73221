import { type EngineRequest, engineArguments } from "#runtime/contract/engine-options.ts";
import type { Job } from "#runtime/contract/plan.ts";

/**
 * Runs jobs: in processes of this machine (`local-processes.ts`), or in the queue of another one. The scheduler depends only on this
 * interface. The hidden command `job` (`runtime/cli/job.ts`) runs a job, on any machine that has access to the `.pretrain` folder.
 */
export interface JobRunner {
  /** Submits a job whose folder has a `job.json`. It need not start at once. Throws if it cannot be submitted. */
  start(job: Job, request: EngineRequest): HandedJob;
  /** The resources that are free for jobs of a run that starts now. */
  free(): Resources;
  /** The step time of a training in seconds on the machine that runs jobs, measured for `seconds`; undefined if it cannot be measured. */
  stepSeconds(job: Job, request: EngineRequest, seconds: number, signal: AbortSignal): Promise<number | undefined>;
}

export interface HandedJob {
  ended: Promise<JobEnd>;
  /** Asks the job to stop cleanly; a job that has not started is withdrawn. */
  stop(): void;
  /** Ends the job at once. */
  kill(): void;
}

export interface Resources {
  /** Number of processors that jobs share. */
  processors: number;
  /** Memory that they may use together, in bytes. */
  memory: number;
}

/** How a job ended. Its folder has the outcome, unless it died. */
export type JobEnd =
  | { outcome: keyof typeof jobExitCodes }
  /** It ended without an outcome in its folder: it was killed, crashed in native code, or could not write. */
  | { outcome: "died"; message: string };

/** Exit codes of the hidden command `job`. */
export const jobExitCodes = { done: 0, failed: 3, "running-elsewhere": 75, stopped: 130 } as const;

/** The end that an exit code means; undefined for any other code. */
export function endByCode(code: number | null): JobEnd | undefined {
  const known = Object.entries(jobExitCodes).find(([, exitCode]) => exitCode === code);
  return known && { outcome: known[0] as keyof typeof jobExitCodes };
}

/** The command-line arguments that run a job of a `.pretrain` folder. */
export function jobArguments(root: string, job: Job, request: EngineRequest): string[] {
  return ["job", root, job.id, ...engineArguments(request), "--threads", String(request.threads)];
}
