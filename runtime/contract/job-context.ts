import type { EngineRequest } from "./engine-options.ts";
import type { EventBody } from "./events.ts";
import type { EngineDescription } from "./records.ts";

/** What a job sees of the world: its own folder, its inputs' folders, a way to report, and the wish to stop. */
export interface JobContext extends EngineRequest {
  /** The run folder; exists. */
  folder: string;
  /** The run folder of a job it reads. */
  folderOf(job: string): string;
  emit(event: EventBody): void;
  /** Records the engine that runs the job in its manifest. */
  describeEngine(engine: EngineDescription): void;
  /** Aborted when the user wants to stop: finish the step, write a checkpoint, throw `JobStopped`. */
  signal: AbortSignal;
}

/** The job cannot be done, for a reason that the user can act on: bad bytes in a file, a loss that is not finite. */
export class JobFailure extends Error {
  readonly step: number | undefined;
  readonly checkpoint: string | undefined;
  constructor(message: string, at: { step?: number; checkpoint?: string } = {}) {
    super(message);
    this.step = at.step;
    this.checkpoint = at.checkpoint;
  }
}

/** Stopped on request; running it again goes on from its last checkpoint. */
export class JobStopped extends Error {
  readonly step: number | undefined;
  constructor(step?: number) {
    super("stopped");
    this.step = step;
  }
}
