import fs, { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { watchStore } from "#client/runs/store-watch.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import { eventBlocks, eventsEnd, eventsFile, openEvents } from "#runtime/runs/event-log.ts";
import { openStore } from "#runtime/runs/store.ts";
import { job, writeJob } from "../client/samples.ts";
import { temporaryFolder } from "./temporary.ts";

const id = "pretrain-0000000000000001";
const step = { event: "step", step: 7, tokens: 1, loss: 3, learning_rate: 1, gradient_norm: 1, tokens_per_second: 1 } as const;

/** As many bytes as ten million steps take, of which the file system keeps the ends alone. */
const bytes = 2_700_000_000;

function longRun(): { root: string; folder: string } {
  const root = temporaryFolder();
  const folder = writeJob(root, job("pretrain", id));
  const line = (body: object) => `${JSON.stringify({ time: "2026-01-01T00:00:00.000Z", job: id, ...body })}\n`;
  const file = openSync(eventsFile(folder), "w");
  writeSync(file, line({ event: "job-started", kind: "pretrain", name: "base", pid: 4711 }));
  ftruncateSync(file, bytes);
  writeSync(file, `\n${line(step)}{"torn`, bytes);
  closeSync(file);
  return { root, folder };
}

const original = fs.readSync;

/** Bytes that are read while something is done. */
async function bytesRead(action: () => unknown): Promise<number> {
  let read = 0;
  vi.spyOn(fs, "readSync").mockImplementation(((...given: Parameters<typeof original>) => {
    const got = original(...given);
    read += got;
    return got;
  }) as typeof original);
  syncBuiltinESMExports();
  await action();
  return read;
}

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

test("the state of a run, where it ends and how it goes on are known from the end of its events", async () => {
  const { root, folder } = longRun();
  const store = openStore(root);
  expect(await bytesRead(() => expect(store.state(id)).toBe("stopped"))).toBeLessThan(2_000_000);
  expect(await bytesRead(() => expect(eventsEnd(folder)).toBeGreaterThan(bytes))).toBeLessThan(200_000);
  const mended = await bytesRead(() => {
    const events = openEvents(folder, id);
    events.write({ event: "job-failed", message: "the disk is full" });
    events.close();
  });
  expect(mended).toBeLessThan(200_000);
  expect(store.state(id)).toBe("failed");
});

test("the editor reads the end of a long run's events", async () => {
  const { root } = longRun();
  const watch = watchStore(root, () => {});
  await watch.look();
  expect(watch.store().runs.get(id)).toMatchObject({ state: "stopped", step: { step: 7 } });
  watch.dispose();
});

test("events are read in blocks, and a line that is longer than any event is passed over", () => {
  const folder = join(temporaryFolder(), id);
  mkdirSync(folder);
  const events = openEvents(folder, id);
  const steps = 20_000;
  for (let number = 1; number <= steps; number++) events.write({ ...step, step: number });
  events.write({ event: "warning", message: "x".repeat(3_000_000) });
  events.write({ ...step, step: steps + 1 });
  events.close();
  const seen: RunEvent[] = [];
  let largest = 0;
  for (const block of eventBlocks(folder)) {
    largest = Math.max(largest, block.events.length);
    seen.push(...block.events);
  }
  expect(seen.map((event) => (event.event === "step" ? event.step : event.event))).toEqual(
    Array.from({ length: steps + 1 }, (_, i) => i + 1),
  );
  expect(largest).toBeLessThan(10_000);
});
