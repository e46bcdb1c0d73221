import { appendFileSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openEventFile } from "#client/runs/read-run-files.ts";
import { type StoreWatch, watchStore } from "#client/runs/store-watch.ts";
import { sealedText } from "#runtime/contract/sealed.ts";
import { event, job, lines, session, step, writeJob } from "./samples.ts";

let root: string;
let watch: StoreWatch | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pretrain-store-"));
});

afterEach(() => {
  watch?.dispose();
  watch = undefined;
  rmSync(root, { recursive: true });
});

const id = "pretrain-0000000000000001";

test("a run is new, running, stopped, done and gone, as its folder says", async () => {
  const results: boolean[] = [];
  const folder = writeJob(root, job("pretrain", id, "base"));
  watch = watchStore(root, (change) => results.push(change.results));
  const look = async () => {
    await watch!.look();
    // one that had begun before may not have seen what was written last
    await watch!.look();
    return watch!.store().runs.get(id);
  };
  expect(await look()).toMatchObject({ state: "new", name: "base" });

  writeFileSync(join(folder, "lock"), JSON.stringify({ pid: process.pid, host: hostname() }));
  appendFileSync(
    join(folder, "events.jsonl"),
    lines([event(id, { event: "job-started", kind: "pretrain", name: "base", pid: process.pid }), step(id, 1, 5)]),
  );
  expect(await look()).toMatchObject({ state: "running", pid: process.pid, step: { step: 1, loss: 5 } });
  appendFileSync(join(folder, "events.jsonl"), lines([step(id, 2, 4.5)]));
  expect(await look()).toMatchObject({ state: "running", step: { step: 2, loss: 4.5 } });

  unlinkSync(join(folder, "lock"));
  expect(await look()).toMatchObject({ state: "stopped" });

  expect(results).not.toContain(true);
  const scores = [{ metric: "perplexity", value: 61.3, split: "validation", n: 1000 }];
  writeFileSync(join(folder, "result.json"), sealedText({ steps: 2, tokens: 8, predicted: 8, flops: 1, seconds: 3, finalLoss: 4, scores }));
  expect(await look()).toMatchObject({ state: "done", scores, seconds: 3 });
  expect(results.at(-1)).toBe(true);

  rmSync(folder, { recursive: true });
  expect(await look()).toBeUndefined();
  expect(results.at(-1)).toBe(true);
});

test("a job whose process was killed is stopped, one that failed says why", async () => {
  const folder = writeJob(root, job("pretrain", id));
  const dead = { pid: 2 ** 22 - 1, host: hostname(), started: "never" };
  writeFileSync(join(folder, "lock"), JSON.stringify(dead));
  writeFileSync(
    join(folder, "events.jsonl"),
    lines([event(id, { event: "job-started", kind: "pretrain", name: "base", pid: dead.pid }), step(id, 1)]),
  );
  watch = watchStore(root, () => {});
  await watch.look();
  expect(watch.store().runs.get(id)?.state).toBe("stopped");
  appendFileSync(join(folder, "events.jsonl"), lines([event(id, { event: "job-failed", message: "out of memory" })]));
  await watch.look();
  await watch.look();
  expect(watch.store().runs.get(id)).toMatchObject({ state: "failed", message: "out of memory" });
});

test("a job is submitted from when it was handed over until it begins, and a lock of another host ends with its lease", async () => {
  const folder = writeJob(root, job("pretrain", id));
  const [submitted, lock] = [join(folder, "submitted"), join(folder, "lock")];
  watch = watchStore(root, () => {});
  const state = async () => {
    await watch?.look();
    return watch?.store().runs.get(id)?.state;
  };
  writeFileSync(submitted, JSON.stringify({ pid: process.pid, host: hostname(), lease: 600 }));
  expect(await state()).toBe("submitted");
  writeFileSync(lock, JSON.stringify({ pid: 4711, host: "elsewhere", lease: 600 }));
  expect(await state()).toBe("running");
  const [now, ended] = [Date.now() / 1000, Date.now() / 1000 - 601];
  utimesSync(lock, ended, ended);
  expect(await state()).toBe("submitted");
  utimesSync(lock, now, now);
  expect(await state()).toBe("running");
  unlinkSync(lock);
  unlinkSync(submitted);
  expect(await state()).toBe("stopped");
});

test("sessions are those of living processes, of this machine or another", async () => {
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(root, "sessions"));
  writeFileSync(join(root, "sessions", "1.json"), JSON.stringify(session("alive")));
  writeFileSync(join(root, "sessions", "2.json"), JSON.stringify({ ...session("dead"), pid: 2 ** 22 - 1 }));
  writeFileSync(join(root, "sessions", "3.json"), JSON.stringify({ ...session("far"), pid: 2 ** 22 - 1, host: "another-host" }));
  watch = watchStore(root, () => {});
  await watch.look();
  expect(watch.store().sessions.map(({ name }) => name)).toEqual(["alive", "far"]);
});

test("a process id that names no process, or a group of them, is never signalled", async () => {
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(root, "sessions"));
  const folder = writeJob(root, job("pretrain", id));
  for (const [index, pid] of [0, -1, 1, -process.pid, process.pid + 0.5, "1", null].entries()) {
    writeFileSync(join(root, "sessions", `${index}.json`), JSON.stringify({ ...session("foreign"), pid }));
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid, host: hostname() }));
    watch = watchStore(root, () => {});
    await watch.look();
    expect(watch.store().sessions).toEqual([]);
    expect(watch.store().runs.get(id)).toMatchObject({ state: "new" });
    watch.dispose();
  }
});

test("a result that differs from what the job wrote does not count", async () => {
  const folder = writeJob(root, job("pretrain", id));
  const scores = [{ metric: "perplexity", value: 61.3, split: "validation", n: 1000 }];
  const text = sealedText({ steps: 2, tokens: 8, predicted: 8, flops: 1, seconds: 3, finalLoss: 4, scores });
  writeFileSync(join(folder, "result.json"), text.replace("61.3", "16.3"));
  watch = watchStore(root, () => {});
  await watch.look();
  expect(watch.store().runs.get(id)).toMatchObject({ state: "new", scores: [] });
  if (process.platform !== "win32") {
    // what a cloned folder may bring: reading it would never end
    for (const name of ["result.json", "events.jsonl"]) {
      rmSync(join(folder, name), { force: true });
      symlinkSync("/dev/zero", join(folder, name));
    }
    await watch.look();
    expect(watch.store().runs.get(id)).toMatchObject({ state: "new", scores: [] });
    for (const name of ["result.json", "events.jsonl"]) unlinkSync(join(folder, name));
  }
  writeFileSync(join(folder, "result.json"), text);
  await watch.look();
  await watch.look();
  expect(watch.store().runs.get(id)).toMatchObject({ state: "done", scores });
});

test("reading events continues after the last one; an incomplete line waits", async () => {
  const path = join(root, "events.jsonl");
  const [first, second, third] = [step(id, 1), step(id, 2), step(id, 3)].map((each) => lines([each])) as [string, string, string];
  const file = openEventFile(path);
  const read = async () => {
    const steps: number[] = [];
    for await (const events of file.read()) for (const each of events) if (each.event === "step") steps.push(each.step);
    return steps;
  };
  expect(await read()).toEqual([]);
  writeFileSync(path, `${first}not JSON\n${second.slice(0, 20)}`);
  expect(await read()).toEqual([1]);
  appendFileSync(path, second.slice(20));
  expect(await read()).toEqual([2]);
  expect(await read()).toEqual([]);
  writeFileSync(path, third);
  expect(await read()).toEqual([3]);
});

test("a listener that fails does not end the following", async () => {
  let told = 0;
  vi.spyOn(console, "error").mockImplementation(() => {});
  watch = watchStore(root, () => {
    told++;
    throw new Error("a listener failed");
  });
  writeJob(root, job("pretrain", id, "base"));
  while (told === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  writeJob(root, job("pretrain", "pretrain-0000000000000002", "other"));
  while (told === 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(watch.store().runs.size).toBe(2);
});
