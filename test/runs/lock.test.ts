import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeSystemError } from "#runtime/contract/system-error.ts";
import { lockedBy, tryLock } from "#runtime/runs/lock.ts";
import { thisProcess } from "#runtime/runs/process-identity.ts";
import { killed, printed, startProgram } from "./child.ts";
import { temporaryFolder } from "./temporary.ts";

const holdLock = (path: string) =>
  `import { tryLock } from "#runtime/runs/lock.ts";
  console.log(JSON.stringify(tryLock(${JSON.stringify(path)})));
  setInterval(() => {}, 1000);`;

test("one holder at a time, and again after its release", () => {
  const path = join(temporaryFolder(), "lock");
  const first = tryLock(path);
  expect(first.held).toBe(true);
  expect(tryLock(path)).toMatchObject({ held: false, holder: { pid: process.pid, host: hostname() } });
  if (first.held) first.release();
  expect(lockedBy(path)).toBeUndefined();
  expect(tryLock(path).held).toBe(true);
});

test("another process' lock is held until that process dies, even by SIGKILL", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  const child = startProgram(folder, holdLock(path));
  expect(JSON.parse(await printed(child))).toMatchObject({ held: true });
  expect(tryLock(path)).toMatchObject({ held: false, holder: { pid: child.pid } });
  expect(lockedBy(path)).toMatchObject({ pid: child.pid });
  await killed(child);
  expect(lockedBy(path)).toBeUndefined();
  expect(tryLock(path).held).toBe(true);
});

test("of many processes that want a dead process' lock at once, one gets it", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), started: "long ago" }));
  const children = [1, 2, 3, 4].map(() => startProgram(folder, holdLock(path)));
  const attempts = (await Promise.all(children.map(printed))).map((line) => JSON.parse(line) as { held: boolean });
  expect(attempts.filter(({ held }) => held)).toHaveLength(1);
  const holder = children[attempts.findIndex(({ held }) => held)]!;
  expect(lockedBy(path)).toMatchObject({ pid: holder.pid });
});

test.skipIf(process.platform === "win32")("a process id that another process has by now holds nothing", () => {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, JSON.stringify({ ...thisProcess(), host: hostname(), started: "an earlier process" }));
  expect(lockedBy(path)).toBeUndefined();
  expect(tryLock(path).held).toBe(true);
});

test.skipIf(process.platform !== "linux")("asking while the holder ends gives either answer, without an error", async () => {
  const path = join(temporaryFolder(), "lock");
  for (let time = 0; time < 10; time++) {
    const child = spawn("sleep", ["0.02"]);
    writeFileSync(path, JSON.stringify({ pid: child.pid, host: hostname(), started: "any" }));
    const ended = new Promise((resolve) => child.once("exit", resolve));
    let over = false;
    void ended.then(() => (over = true));
    while (!over) {
      for (let times = 0; times < 200; times++) expect(lockedBy(path)).toBeUndefined();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});

test("a lock of another host counts as held, because its process cannot be checked", () => {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, JSON.stringify({ pid: 4711, host: "elsewhere", started: null }));
  expect(tryLock(path)).toMatchObject({ held: false, holder: { host: "elsewhere" } });
});

test("a folder in a lock's place is said to be in the way", () => {
  const path = join(temporaryFolder(), "lock");
  mkdirSync(path);
  let said: string | undefined;
  try {
    tryLock(path);
  } catch (error) {
    said = describeSystemError(error);
  }
  expect(said).toBe(`${path} is a folder, but a file is needed; rename it or move it away`);
});

test("a lock that is no lock file holds nothing", () => {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, "");
  expect(tryLock(path).held).toBe(true);
  expect(readFileSync(path, "utf8")).toContain(String(process.pid));
});

test.each([0, -1, 1, -process.pid, process.pid + 0.5, 2 ** 60, null, "1", String(process.pid), [process.pid], true])(
  "the process id %j names no process: the lock is free, on whatever host",
  (pid) => {
    for (const host of [hostname(), "elsewhere"]) {
      const path = join(temporaryFolder(), "lock");
      writeFileSync(path, JSON.stringify({ pid, host, started: null }));
      expect(lockedBy(path)).toBeUndefined();
      expect(tryLock(path).held).toBe(true);
    }
  },
);
