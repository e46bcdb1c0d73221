import { expect, test } from "vitest";
import {
  bitsOf,
  failingWrites,
  groupLives,
  hasStack,
  leftBehind,
  reference,
  run,
  runArguments,
  start,
} from "../../bench/faults/small-run.ts";
import { fresh } from "./small.ts";

test.each([
  { at: 520, what: "in a training, and stays full", more: { FAULT_LASTING: "1" } },
  { at: 300, what: "with an error of the disk", more: { FAULT_CODE: "EIO", FAULT_LASTING: "1" } },
])("a disk that is full $what: the run ends, says which file, and goes on to the same bits", { timeout: 300_000 }, async ({ at, more }) => {
  const folder = fresh();
  const begun = start(folder, runArguments, failingWrites(folder, at, more));
  const ended = await begun.ended;
  expect(ended.code).toBe(3);
  expect(hasStack(ended)).toBe(false);
  expect(ended.stdout).toMatch("FAULT_CODE" in more ? /the disk reports an error at \S*\.pretrain/ : /the disk is full, so \S*\.pretrain/);
  expect(groupLives(begun.process)).toBe(false);
  expect(await run(folder)).toMatchObject({ code: 0 });
  expect(bitsOf(folder)).toEqual((await reference()).bits);
  expect(leftBehind(folder)).toEqual([]);
});

test("a disk that is full before a job can be begun", { timeout: 300_000 }, async () => {
  const folder = fresh();
  const ended = await run(folder, failingWrites(folder, 1, { FAULT_LASTING: "1" }));
  expect(ended.code).not.toBe(0);
  expect(ended.stdout + ended.stderr).toContain("the disk is full");
  expect(hasStack(ended)).toBe(false);
});
