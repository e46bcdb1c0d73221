import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "#runtime/contract/events.ts";
import { eventsEnd, eventsFile, followEvents, openEvents, stepEvents } from "#runtime/runs/event-log.ts";
import { killed, printed, startProgram } from "./child.ts";
import { readEvents } from "./read-events.ts";
import { temporaryFolder } from "./temporary.ts";

/** Events are those of the job that a folder is named after. */
const runFolder = () => {
  const folder = join(temporaryFolder(), "pretrain-1");
  mkdirSync(folder);
  return folder;
};

const step = (number: number, loss: number) =>
  ({ event: "step", step: number, tokens: 0, loss, learning_rate: 0, gradient_norm: 0, tokens_per_second: 0 }) as const;

test("events are lines with their job and time", () => {
  const folder = runFolder();
  const events = openEvents(folder, "pretrain-1", () => new Date("2026-01-02T03:04:05Z"));
  events.write({ event: "job-stopped", step: 7 });
  events.close();
  expect(readFileSync(eventsFile(folder), "utf8")).toBe(
    '{"time":"2026-01-02T03:04:05.000Z","job":"pretrain-1","event":"job-stopped","step":7}\n',
  );
});

test("no file is no events", () => {
  expect(readEvents(runFolder())).toEqual({ events: [], offset: 0 });
});

test("a torn last line is not read, and the next writer removes it", () => {
  const folder = runFolder();
  const before = openEvents(folder, "pretrain-1");
  before.write(step(1, 3));
  before.close();
  appendFileSync(eventsFile(folder), '{"time":"2026-01-02T03:04:05.000Z","job":"pre');
  const { events, offset } = readEvents(folder);
  expect(events.map(({ event }) => event)).toEqual(["step"]);
  const after = openEvents(folder, "pretrain-1");
  after.write(step(2, 2));
  after.close();
  // a reader that had read up to the torn line goes on where it was
  expect(readEvents(folder, offset).events).toMatchObject([{ event: "step", step: 2 }]);
  expect(readEvents(folder).events).toHaveLength(2);
});

test("a torn line alone in the file, and one longer than a block", () => {
  const folder = runFolder();
  writeFileSync(eventsFile(folder), "x".repeat(200_000));
  openEvents(folder, "pretrain-1").close();
  expect(readFileSync(eventsFile(folder), "utf8")).toBe("");
});

test("a reader never sees half a letter", () => {
  const folder = runFolder();
  const events = openEvents(folder, "pretrain-1");
  events.write({ event: "warning", message: "naïve 😀" });
  events.close();
  const bytes = readFileSync(eventsFile(folder));
  writeFileSync(eventsFile(folder), bytes.subarray(0, bytes.length - 6));
  const first = readEvents(folder);
  expect(first).toEqual({ events: [], offset: 0 });
  writeFileSync(eventsFile(folder), bytes);
  expect(readEvents(folder, first.offset).events).toMatchObject([{ message: "naïve 😀" }]);
});

test("if a step occurs twice, the later line counts", () => {
  const stamp = (body: ReturnType<typeof step>): RunEvent => ({ time: "", job: "", ...body });
  const steps = stepEvents([stamp(step(1, 3)), stamp(step(2, 9)), stamp(step(2, 2)), stamp(step(3, 1))]);
  expect(steps.map(({ step, loss }) => [step, loss])).toEqual([
    [1, 3],
    [2, 2],
    [3, 1],
  ]);
});

test("following gives what comes, and what was written before the end", async () => {
  const folder = runFolder();
  const events = openEvents(folder, "pretrain-1");
  events.write(step(1, 3));
  const stop = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const event of followEvents(folder, { signal: stop.signal, offset: eventsEnd(folder), everyMilliseconds: 5 })) {
      if (event.event === "step") seen.push(event.step);
      if (seen.length === 1) {
        events.write(step(3, 1));
        stop.abort();
      }
    }
  })();
  events.write(step(2, 2));
  await following;
  events.close();
  expect(seen).toEqual([2, 3]);
});

test("a writer killed in the middle of writing leaves whole lines", async () => {
  const folder = runFolder();
  const child = startProgram(
    folder,
    `import { openEvents } from "#runtime/runs/event-log.ts";
    const events = openEvents(${JSON.stringify(folder)}, "pretrain-1");
    const message = "x".repeat(100000);
    events.write({ event: "warning", message });
    console.log("writing");
    while (true) events.write({ event: "warning", message });`,
  );
  await printed(child);
  await killed(child);
  openEvents(folder, "pretrain-1").close();
  const lines = readFileSync(eventsFile(folder), "utf8").split("\n");
  expect(lines.pop()).toBe("");
  expect(readEvents(folder).events).toHaveLength(lines.length);
  expect(lines.length).toBeGreaterThan(0);
});
