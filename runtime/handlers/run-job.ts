import { rmSync } from "node:fs";
import { hostname } from "node:os";
import type { Results } from "#runtime/contract/artifacts.ts";
import type { EngineRequest } from "#runtime/contract/engine-options.ts";
import type { EventBody, RunEvent } from "#runtime/contract/events.ts";
import { JobFailure, JobStopped } from "#runtime/contract/job-context.ts";
import type { Job, JobKind } from "#runtime/contract/plan.ts";
import type { LockHolder } from "#runtime/contract/records.ts";
import { describeSystemError } from "#runtime/contract/system-error.ts";
import { type EventWriter, openEvents } from "#runtime/runs/event-log.ts";
import { FolderLost, guardFolder, requireOwn } from "#runtime/runs/folder-guard.ts";
import { lockedBy, tryLock } from "#runtime/runs/lock.ts";
import { beginSession, inspectManifest, manifestFile, readManifest } from "#runtime/runs/manifest.ts";
import { lockFile, resultFile, type Store, writeResult } from "#runtime/runs/store.ts";
import { removeTemporaries } from "#runtime/runs/whole-files.ts";
import { latestCheckpointPath, removeCheckpoints } from "#runtime/train/training-checkpoints.ts";
import { execute } from "./execute.ts";

export interface RunJobOptions extends EngineRequest {
  store: Store;
  /** Aborted to stop the job cleanly. */
  signal: AbortSignal;
  /** Version of the program, for the manifest. */
  version: string;
  onEvent?(event: RunEvent): void;
}

export type JobOutcome =
  | { outcome: "done" | "stopped" }
  | { outcome: "failed"; message: string }
  | { outcome: "running-elsewhere"; holder: LockHolder };

/**
 * Runs a job in this process: takes the folder's lock, records the session, reports events, and writes the result last. Failing and
 * being stopped are outcomes too, which are also recorded in the folder.
 */
export async function runJob(job: Job, options: RunJobOptions): Promise<JobOutcome> {
  const folder = options.store.runFolder(job.id);
  options.store.writeJob(job);
  const lock = tryLock(lockFile(folder));
  if (!lock.held) return { outcome: "running-elsewhere", holder: lock.holder };
  const unguard = guardFolder(folder, lock.isOurs);
  try {
    // the process that held the lock until now may have finished the job
    const again = options.store.left(job.id, "content") !== undefined;
    if (again && keepsAll(job, options.store)) return { outcome: "done" };
    rmSync(resultFile(folder), { force: true });
    removeTemporaries(folder);
    const events = openEvents(folder, job.id);
    try {
      beginAgainWithout(folder, (message) => events.write({ event: "warning", message }));
      return await runLocked(job, folder, events, { ...options, ...begunWith(folder, options, again) });
    } catch (error) {
      const holder = error instanceof FolderLost ? lockedBy(lockFile(folder)) : undefined;
      if (holder) return { outcome: "running-elsewhere", holder };
      throw error;
    } finally {
      events.close();
    }
  } finally {
    unguard();
    lock.release();
  }
}

async function runLocked(job: Job, folder: string, events: EventWriter, options: RunJobOptions): Promise<JobOutcome> {
  const begin = Date.now();
  const notes = new Map<string, string>();
  const emit = (body: EventBody) => {
    const note = body.event === "warning" ? body.note : undefined;
    const isKnown = note !== undefined && notes.has(note);
    if (note !== undefined && body.event === "warning") notes.set(note, body.message);
    if (isKnown) return;
    const event = events.write(body);
    options.onEvent?.(event);
  };
  const changeSession = beginSession(folder, job, {
    start: new Date(begin).toISOString(),
    pretrain: options.version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    host: hostname(),
    pid: process.pid,
  });
  const steps = job.kind === "pretrain" ? { steps: job.steps } : {};
  emit({ event: "job-started", kind: job.kind, name: job.name, pid: process.pid, ...steps });
  const end = (outcome: "done" | "failed" | "stopped") => changeSession({ end: new Date().toISOString(), outcome });
  try {
    const result = await execute(job, {
      folder,
      folderOf: options.store.runFolder,
      emit,
      describeEngine: (engine) => changeSession({ engine }),
      signal: options.signal,
      engine: options.engine,
      threads: options.threads,
      engineOptions: options.engineOptions,
    });
    end("done");
    writeResult(folder, withNotes(result, [...notes.values()]));
  } catch (error) {
    requireOwn(folder);
    if (error instanceof JobStopped || (options.signal.aborted && isAbort(error))) {
      asFarAsPossible(() => end("stopped"));
      emit({ event: "job-stopped", ...stepOf(error) });
      return { outcome: "stopped" };
    }
    asFarAsPossible(() => end("failed"));
    const message = messageOf(error);
    emit({ event: "job-failed", message, ...stepOf(error), ...checkpointOf(error) });
    return { outcome: "failed", message };
  }
  asFarAsPossible(() => emit({ event: "job-done", seconds: (Date.now() - begin) / 1000 }));
  return { outcome: "done" };
}

/** The result with the job's notes. A comparison has none of its own; it collects those of other jobs. */
function withNotes(result: Results[JobKind], notes: readonly string[]): Results[JobKind] {
  return notes.length === 0 || "comparison" in result ? result : { ...result, notes: [...notes] };
}

/** Reports something if possible; if the disk is full, the outcome of the job does not change. */
function asFarAsPossible(tell: () => void): void {
  try {
    tell();
  } catch {
    // the outcome is reported in another way
  }
}

/** Whether all intermediate weights that the job should keep exist; when it ran first, its plan may have kept fewer. */
function keepsAll(job: Job, store: Store): boolean {
  return job.kind !== "pretrain" || (job.keep ?? []).every((step) => store.keeps(job.id, step));
}

/**
 * The settings that a job started with, since its numbers depend on them bit by bit: the threads and, if it resumes from a checkpoint or
 * was done before and the engine is not specified, the engine with its options, unless others are given.
 */
function begunWith(folder: string, { engine, threads, engineOptions }: EngineRequest, again: boolean): EngineRequest {
  const begun = readManifest(folder)?.sessions.findLast((session) => session.engine)?.engine;
  if (!begun) return { engine, threads, engineOptions };
  const goesOn = again || latestCheckpointPath(folder) !== undefined;
  const same = goesOn && (engine === "auto" || engine === begun.engine);
  return {
    engine: same ? begun.engine : engine,
    threads: begun.threads,
    engineOptions: same ? { ...begun.options, ...engineOptions } : engineOptions,
  };
}

/** Starts a job again if its manifest is damaged: the engine and threads of its checkpoint are unknown, and others give other numbers. */
function beginAgainWithout(folder: string, warn: (message: string) => void): void {
  const read = inspectManifest(folder);
  if (!read || "value" in read) return;
  const checkpoint = latestCheckpointPath(folder);
  warn(
    `${manifestFile(folder)}: ${read.problem}. The job starts again${checkpoint ? ", including the training, since its engine is unknown" : ""}`,
  );
  rmSync(manifestFile(folder), { force: true });
  removeCheckpoints(folder);
}

/** The message of a failure, or an explanation of a system error; for a bug, with its stack trace. */
export function messageOf(error: unknown): string {
  const told = error instanceof JobFailure ? error.message : describeSystemError(error);
  if (told !== undefined) return told;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function stepOf(error: unknown): { step?: number } {
  return (error instanceof JobFailure || error instanceof JobStopped) && error.step !== undefined ? { step: error.step } : {};
}

function checkpointOf(error: unknown): { checkpoint?: string } {
  return error instanceof JobFailure && error.checkpoint !== undefined ? { checkpoint: error.checkpoint } : {};
}
