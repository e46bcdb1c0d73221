import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { runJob } from "#runtime/handlers/run-job.ts";
import { eventsFile } from "#runtime/runs/event-log.ts";
import { manifestFile } from "#runtime/runs/manifest.ts";
import { lockFile, resultFile } from "#runtime/runs/store.ts";
import { example, majority } from "./light-jobs.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a job whose folder another host took over while it slept writes nothing more", async () => {
  const { folder, store } = example();
  const job = majority(folder);
  const runFolder = store.runFolder(job.id);
  const other = JSON.stringify({ pid: 4711, host: "elsewhere", started: null, lease: 600 });
  const left = () => [eventsFile(runFolder), manifestFile(runFolder), lockFile(runFolder)].map((path) => readFileSync(path, "utf8"));
  let before: string[] = [];
  const outcome = await runJob(job, {
    store,
    engine: "auto",
    threads: 1,
    signal: new AbortController().signal,
    version: "0.0.0",
    onEvent({ event }) {
      if (event !== "job-started") return;
      rmSync(lockFile(runFolder));
      writeFileSync(lockFile(runFolder), other);
      before = left();
      // it wakes an hour later
      const now = Date.now.bind(Date);
      vi.spyOn(Date, "now").mockImplementation(() => now() + 3_600_000);
      vi.spyOn(performance, "now").mockReturnValue(performance.now());
    },
  });
  expect(outcome).toMatchObject({ outcome: "running-elsewhere", holder: { host: "elsewhere" } });
  expect(left()).toEqual(before);
  expect(before[2]).toBe(other);
  expect(existsSync(resultFile(runFolder))).toBe(false);
});
