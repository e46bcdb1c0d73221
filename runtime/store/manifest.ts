import { join } from "node:path";
import type { InputFile, Job } from "#runtime/contract/plan.ts";
import type { EngineDescription } from "#runtime/engines/engine.ts";
import { readJson, writeJson } from "./files.ts";

/** How a result came about: `manifest.json` of a run folder. */
export interface Manifest {
  job: string;
  fingerprint: string;
  /** Each time a process worked on it, the last one last. */
  sessions: Session[];
  /** Raw files it read itself. */
  files: InputFile[];
}

export interface Session {
  /** ISO 8601, UTC. */
  start: string;
  end?: string;
  outcome?: "done" | "failed" | "stopped";
  pretrain: string;
  node: string;
  platform: string;
  host: string;
  pid: number;
  /** Absent where the job needs none. */
  engine?: EngineDescription;
}

export function readManifest(folder: string): Manifest | undefined {
  return readJson<Manifest>(manifestFile(folder));
}

/** Adds a session to the manifest, or makes it; the returned function changes that session. */
export function beginSession(folder: string, job: Job, session: Session): (change: Partial<Session>) => void {
  const manifest: Manifest = {
    job: job.id,
    fingerprint: job.fingerprint,
    sessions: [...(readManifest(folder)?.sessions ?? []), session],
    files: inputFilesOf(job),
  };
  const write = () => writeJson(manifestFile(folder), manifest);
  write();
  return (change) => {
    Object.assign(session, change);
    write();
  };
}

function inputFilesOf(job: Job): InputFile[] {
  if (job.kind === "corpus") return job.files;
  if (job.kind === "finetune" || job.kind === "majority" || job.kind === "leaks") return job.task.files;
  return [];
}

function manifestFile(folder: string): string {
  return join(folder, "manifest.json");
}
