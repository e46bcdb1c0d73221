import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventBody } from "#runtime/contract/events.ts";
import type { CorpusJob } from "#runtime/contract/plan.ts";
import { openEvents } from "#runtime/runs/event-log.ts";
import { tryLock } from "#runtime/runs/lock.ts";
import { beginSession, readManifest } from "#runtime/runs/manifest.ts";
import { lockFile, openStore, writeResult } from "#runtime/runs/store.ts";
import { temporaryFolder } from "./temporary.ts";

const job: CorpusJob = {
  id: "corpus-1",
  kind: "corpus",
  name: "speeches",
  after: [],
  fingerprint: "1",
  corpus: {
    files: [],
    documents: "file",
    split: { by: "document", validation: 0.1, test: 0 },
    column: null,
    deduplicate: "none",
    limit: null,
  },
  files: [{ path: "/data/a.txt", bytes: 3, sha256: "abc" }],
};

function storeWith(...events: EventBody[]) {
  const store = openStore(temporaryFolder());
  mkdirSync(store.runFolder(job.id), { recursive: true });
  const writer = openEvents(store.runFolder(job.id), job.id);
  for (const event of events) writer.write(event);
  writer.close();
  return store;
}

const started: EventBody = { event: "job-started", kind: "corpus", name: "speeches", pid: 1 };

test("the state of a job that never ran", () => {
  const store = openStore(temporaryFolder());
  expect(store.state(job.id)).toBe("new");
  expect(store.isDone(job.id)).toBe(false);
  expect(store.readResult(job)).toBeUndefined();
  expect(store.readJob(job.id)).toBeUndefined();
  expect(store.jobs()).toEqual([]);
});

test("a job's folder under runs holds the job and its result", () => {
  const store = openStore(temporaryFolder());
  store.writeJob(job);
  expect(store.readJob(job.id)).toEqual(job);
  expect(store.jobs()).toEqual([job.id]);
  const splits = {
    train: { documents: 1, bytes: 3, characters: 3 },
    validation: { documents: 0, bytes: 0, characters: 0 },
    test: { documents: 0, bytes: 0, characters: 0 },
  };
  writeResult(store.runFolder(job.id), { splits });
  expect(store.readResult(job)).toEqual({ splits });
  expect(store.state(job.id)).toBe("done");
});

test("the states of a job that is not done", () => {
  expect(storeWith().state(job.id)).toBe("new");
  expect(storeWith(started).state(job.id)).toBe("stopped");
  expect(storeWith(started, { event: "job-stopped" }).state(job.id)).toBe("stopped");
  expect(storeWith(started, { event: "job-failed", message: "bad bytes" }).state(job.id)).toBe("failed");
  expect(storeWith(started, { event: "job-failed", message: "bad bytes" }, started).state(job.id)).toBe("stopped");
});

test("a job is running while a process holds its lock", () => {
  const store = storeWith(started);
  const lock = tryLock(lockFile(store.runFolder(job.id)));
  expect(store.state(job.id)).toBe("running");
  if (lock.held) lock.release();
  expect(store.state(job.id)).toBe("stopped");
});

test("the manifest keeps every session and the files that were read", () => {
  const folder = join(temporaryFolder(), job.id);
  const session = { pretrain: "0.1.0", node: "v24", platform: "linux x64", host: "here", pid: 1 };
  beginSession(folder, job, { ...session, start: "2026-01-01T00:00:00Z" });
  const change = beginSession(folder, job, { ...session, start: "2026-01-02T00:00:00Z" });
  change({ engine: { engine: "cpu", version: "4.22.0", device: "cpu", threads: 1 } });
  change({ end: "2026-01-02T00:01:00Z", outcome: "done" });
  const manifest = readManifest(folder)!;
  expect(manifest.files).toEqual(job.files);
  expect(manifest.sessions.map(({ start, outcome, engine }) => [start, outcome, engine?.engine])).toEqual([
    ["2026-01-01T00:00:00Z", undefined, undefined],
    ["2026-01-02T00:00:00Z", "done", "cpu"],
  ]);
});
