import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { expect, test } from "vitest";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { readJson, readSealed, removeTemporaries, writeJson, writeSealed, writeWhole, writeWholeWith } from "#runtime/runs/whole-files.ts";
import { recordOf } from "#runtime/runs/written.ts";
import { killed, printed, startProgram } from "./child.ts";
import { temporaryFolder } from "./temporary.ts";

test("a file is replaced whole", () => {
  const path = join(temporaryFolder(), "deep", "result.json");
  writeJson(path, { value: 1 });
  writeJson(path, { value: 2 });
  expect(readJson(path, v.object({ value: v.number() }))).toEqual({ value: { value: 2 } });
});

test.skipIf(!existsSync("/proc/self"))("a file system that makes no folders is reported without a long wait", () => {
  expect(() => writeWhole("/proc/deep/er/result.json", "new")).toThrow("no folder can be created in /proc; name another place");
});

test("a writer that fails leaves the old file and nothing else", () => {
  const folder = temporaryFolder();
  const path = join(folder, "result.json");
  writeWhole(path, "old");
  expect(() =>
    writeWholeWith(path, () => {
      throw new Error("the disk is full");
    }),
  ).toThrow("the disk is full");
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["result.json"]);
});

test("a writer killed at any moment leaves a whole file", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "result.json");
  const child = startProgram(
    folder,
    `import { writeJson } from "#runtime/runs/whole-files.ts";
    for (let i = 0; ; i++) {
      writeJson(${JSON.stringify(path)}, { filler: String(i % 10).repeat(1000000) });
      if (i === 0) console.log("writing");
    }`,
  );
  await printed(child);
  await killed(child);
  expect(readJson(path, v.object({ filler: v.pipe(v.string(), v.length(1_000_000)) }))).toHaveProperty("value");
  removeTemporaries(folder);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a file that is not there is undefined; of one that was spoilt it is said why", () => {
  const folder = temporaryFolder();
  const schema = v.object({ value: v.number() });
  const read = (text: string) => {
    writeFileSync(join(folder, "a.json"), text);
    return readJson(join(folder, "a.json"), schema);
  };
  expect(readJson(join(folder, "none.json"), schema)).toBeUndefined();
  expect(read('{"value":')).toEqual({ problem: "it is not JSON: it was truncated, or another program wrote it" });
  expect(read("")).toEqual({ problem: "it is empty" });
  expect(read('{"value":"x"}')).toEqual({ problem: 'value: expected number, found "x"' });
  expect(read('{"value":1,"later":2}')).toEqual({ value: { value: 1 } });
});

test.skipIf(process.platform === "win32")("a pipe or device in a file's place is neither waited for nor read without end", () => {
  const folder = temporaryFolder();
  const [pipe, endless] = [join(folder, "job.json"), join(folder, "result.json")];
  execFileSync("mkfifo", [pipe]);
  symlinkSync("/dev/zero", endless);
  for (const path of [pipe, endless]) {
    expect(readSealed(path, v.object({}))).toEqual({ problem: "it is a folder or another thing that is not a file; move it away" });
    expect(() => recordOf(path)).toThrow("is not a regular file");
    expect(() => readSafetensors(path)).toThrow("is not a regular file");
  }
});

test("a sealed document is what was written, or it is said that it is not", () => {
  const path = join(temporaryFolder(), "a.json");
  const schema = v.object({ score: v.number() });
  writeSealed(path, { score: 0.5, reason: undefined });
  expect(readSealed(path, schema)).toEqual({ value: { score: 0.5 } });
  writeFileSync(path, readFileSync(path, "utf8").replace("0.5", "0.6"));
  expect(readSealed(path, schema)).toEqual({ problem: expect.stringContaining("changed after it was written") });
  writeFileSync(path, '{"score":0.5}');
  expect(readSealed(path, schema)).toEqual({ problem: expect.stringContaining("no checksum") });
});
