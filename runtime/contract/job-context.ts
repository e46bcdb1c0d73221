import type { EngineRequest } from "./engine-options.ts";
import type { EventBody } from "./events.ts";
import type { EngineDescription } from "./records.ts";

/** The environment of a job: its own folder, the folders of its inputs, a way to report events, and a signal to stop. */
export interface JobContext extends EngineRequest {
  /** The run folder, which exists. */
  folder: string;
  /** The run folder of a job that this job reads. */
  folderOf(job: string): string;
  emit(event: EventBody): void;
  /** Records the engine that runs the job in its manifest. */
  describeEngine(engine: EngineDescription): void;
  /** Aborted when the user asks to stop; the job then finishes the step, writes a checkpoint and throws `JobStopped`. */
  signal: AbortSignal;
}

/** Thrown if a job fails for a reason that the user can act on: invalid bytes in a file, a loss that is not finite. */
export class JobFailure extends Error {
  readonly step: number | undefined;
  readonly checkpoint: string | undefined;
  constructor(message: string, at: { step?: number; checkpoint?: string } = {}) {
    super(message);
    this.step = at.step;
    this.checkpoint = at.checkpoint;
  }
}

/** Thrown if a job stops on request. Running it again resumes from the last checkpoint. */
export class JobStopped extends Error {
  readonly step: number | undefined;
  constructor(step?: number) {
    super("stopped");
    this.step = step;
  }
}
