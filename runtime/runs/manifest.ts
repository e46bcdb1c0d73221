import { basename, join } from "node:path";
import type { InputFile, Job } from "#runtime/contract/plan.ts";
import type { Parsed } from "#runtime/contract/record-text.ts";
import { type Manifest, manifest, type Session } from "#runtime/contract/records.ts";
import { readSealed, writeSealed } from "./whole-files.ts";

/** The provenance of a result; undefined if the manifest is missing or damaged. */
export function readManifest(folder: string): Manifest | undefined {
  const read = inspectManifest(folder);
  return read && "value" in read ? read.value : undefined;
}

export function inspectManifest(folder: string): Parsed<Manifest> | undefined {
  const read = readSealed(manifestFile(folder), manifest);
  if (read && "value" in read && read.value.job !== basename(folder)) return { problem: `it is of another job, ${read.value.job}` };
  return read;
}

/** Adds a session to the manifest, which is created if it is missing; the returned function updates the session. */
export function beginSession(folder: string, job: Job, session: Session): (change: Partial<Session>) => void {
  const content: Manifest = {
    job: job.id,
    fingerprint: job.fingerprint,
    sessions: [...(readManifest(folder)?.sessions ?? []), session],
    files: inputFilesOf(job),
  };
  const write = () => writeSealed(manifestFile(folder), content);
  write();
  return (change) => {
    Object.assign(session, change);
    write();
  };
}

/** The raw files that a job reads. */
export function inputFilesOf(job: Job): InputFile[] {
  if (job.kind === "corpus") return job.files;
  if ("task" in job) return job.task.files;
  return [];
}

export function manifestFile(folder: string): string {
  return join(folder, "manifest.json");
}
