import { once } from "node:events";
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { lockedBy, tryLock } from "#runtime/runs/lock.ts";
import { killed, printed, startProgram } from "./child.ts";
import { temporaryFolder } from "./temporary.ts";

// processes start slowly on a busy machine
vi.setConfig({ testTimeout: 60_000 });
afterEach(() => {
  vi.restoreAllMocks();
});

/** What makes a process believe that it runs on another host, and that its clock goes differently. */
const elsewhere = (clock = 0) => `
  import { syncBuiltinESMExports } from "node:module";
  import os from "node:os";
  os.hostname = () => "elsewhere";
  syncBuiltinESMExports();
  const now = Date.now;
  Date.now = () => now() + ${clock};
  const { tryLock } = await import("#runtime/runs/lock.ts");`;

/** Takes a lock as a process of another host; at a signal it says whether it still has it, and releases it. */
const holder = (path: string, lease: number, clock = 0) => `${elsewhere(clock)}
  const lock = tryLock(${JSON.stringify(path)}, ${lease});
  process.on("SIGUSR2", () => {
    const ours = lock.isOurs();
    lock.release();
    console.log(ours);
  });
  setInterval(() => {}, 1000);
  console.log(lock.held);`;

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));
const until = async (met: () => boolean) => {
  while (!met()) await seconds(0.02);
};

/** A lock whose holder, on another host, sleeps for longer than its lease. */
async function sleeping() {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  const child = startProgram(folder, holder(path, 1));
  await printed(child);
  child.kill("SIGSTOP");
  await until(() => lockedBy(path) === undefined);
  return { path, child };
}

test("a process of another host keeps its lock while it lives, and loses it a lease after it was killed", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  const child = startProgram(folder, holder(path, 3));
  await printed(child);
  await seconds(5);
  expect(lockedBy(path)).toMatchObject({ pid: child.pid, host: "elsewhere", lease: 3 });
  expect(tryLock(path).held).toBe(false);
  await killed(child);
  expect(tryLock(path).held).toBe(false);
  await until(() => lockedBy(path) === undefined);
  expect(Date.now() - statSync(path).mtimeMs).toBeGreaterThan(2990);
  expect(tryLock(path).held).toBe(true);
});

describe.skipIf(process.platform === "win32")("who sleeps longer than its lease", () => {
  test("notices that another has the lock, and leaves it alone", async () => {
    const { path, child } = await sleeping();
    const taken = tryLock(path);
    expect(taken.held).toBe(true);
    const content = readFileSync(path, "utf8");
    child.kill("SIGCONT");
    child.kill("SIGUSR2");
    expect(await printed(child)).toBe("false\n");
    expect(readFileSync(path, "utf8")).toBe(content);
    if (taken.held) expect(taken.isOurs()).toBe(true);
  });

  test("goes on with a lock that nobody took", async () => {
    const { path, child } = await sleeping();
    child.kill("SIGCONT");
    await until(() => lockedBy(path) !== undefined);
    child.kill("SIGUSR2");
    expect(await printed(child)).toBe("true\n");
    await until(() => !existsSync(path));
  });
});

test.each([-3_600_000, 3_600_000])("clocks that differ by %i ms neither keep a lock nor take one", async (difference) => {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  const child = startProgram(folder, holder(path, 3, difference));
  await printed(child);
  const now = Date.now.bind(Date);
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now() - difference);
  await seconds(4);
  expect(tryLock(path).held).toBe(false);
  await killed(child);
  await until(() => lockedBy(path) === undefined);
  expect(tryLock(path).held).toBe(true);
  clock.mockRestore();
});

test("a lock of this host has no end: its process is looked at", async () => {
  const path = join(temporaryFolder(), "lock");
  const lock = tryLock(path);
  utimesSync(path, 1, 1);
  expect(lockedBy(path)).toMatchObject({ pid: process.pid });
  expect(lock.held && lock.isOurs()).toBe(true);
});

test("of many processes that want a lock whose lease has ended, one gets it", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  writeFileSync(path, JSON.stringify({ pid: 4711, host: "gone", started: null, lease: 600 }));
  expect(lockedBy(path)).toMatchObject({ host: "gone" });
  utimesSync(path, Date.now() / 1000 - 601, Date.now() / 1000 - 601);
  expect(lockedBy(path)).toBeUndefined();
  const children = [1, 2, 3].map(() => startProgram(folder, holder(path, 600)));
  const attempts = await Promise.all(children.map(printed));
  expect(attempts.sort()).toEqual(["false\n", "false\n", "true\n"]);
});

test("a lock is released while its renewal is under way", async () => {
  const path = join(temporaryFolder(), "lock");
  const lock = tryLock(path, 0);
  await seconds(0.05);
  if (lock.held) lock.release();
  expect(existsSync(path)).toBe(false);
  if (lock.held) expect(lock.isOurs()).toBe(false);
  await once(startProgram(temporaryFolder(), ""), "exit");
});
