import { type EngineRequest, engineArguments } from "#runtime/contract/engine-options.ts";
import type { Job } from "#runtime/contract/plan.ts";

/**
 * Who runs jobs: processes of this machine (`local-processes.ts`), or the queue of another one. The scheduler knows nothing else of it.
 * A job is run by the hidden command `job` (`runtime/cli/job.ts`), wherever that sees the `.pretrain` folder.
 */
export interface JobRunner {
  /** Hands over a job whose folder holds its `job.json`. It need not begin at once. Throws where it cannot be handed over. */
  start(job: Job, request: EngineRequest): HandedJob;
  /** What is free for jobs of a run that begins now. */
  free(): Resources;
  /** Seconds that a step of a training takes where jobs are run, measured for so long; undefined where that cannot be told. */
  stepSeconds(job: Job, request: EngineRequest, seconds: number, signal: AbortSignal): Promise<number | undefined>;
}

export interface HandedJob {
  ended: Promise<JobEnd>;
  /** Asks it to stop cleanly; one that has not begun is taken back. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface Resources {
  /** Processors that jobs share. */
  processors: number;
  /** Bytes that they may take together. */
  memory: number;
}

/** How a job ended. What came of it stands in its folder, unless it died. */
export type JobEnd =
  | { outcome: keyof typeof jobExitCodes }
  /** Without having said why in its folder: killed, crashed in native code, or it could not write. */
  | { outcome: "died"; message: string };

/** Exit codes of the hidden command `job`. */
export const jobExitCodes = { done: 0, failed: 3, "running-elsewhere": 75, stopped: 130 } as const;

/** The end that an exit code tells; undefined for any other. */
export function endByCode(code: number | null): JobEnd | undefined {
  const known = Object.entries(jobExitCodes).find(([, exitCode]) => exitCode === code);
  return known && { outcome: known[0] as keyof typeof jobExitCodes };
}

/** The arguments of the command line that run a job of a `.pretrain` folder. */
export function jobArguments(root: string, job: Job, request: EngineRequest): string[] {
  return ["job", root, job.id, ...engineArguments(request), "--threads", String(request.threads)];
}
