import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJson, removeTemporaries, writeJson, writeWhole, writeWholeWith } from "#runtime/store/files.ts";
import { killed, printed, startProgram } from "./child.ts";
import { temporaryFolder } from "./temporary.ts";

test("a file is replaced whole", () => {
  const path = join(temporaryFolder(), "deep", "result.json");
  writeJson(path, { value: 1 });
  writeJson(path, { value: 2 });
  expect(readJson(path)).toEqual({ value: 2 });
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
    `import { writeJson } from "#runtime/store/files.ts";
    for (let i = 0; ; i++) {
      writeJson(${JSON.stringify(path)}, { filler: String(i % 10).repeat(1000000) });
      if (i === 0) console.log("writing");
    }`,
  );
  await printed(child);
  await killed(child);
  expect(readJson<{ filler: string }>(path)!.filler).toHaveLength(1_000_000);
  removeTemporaries(folder);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a file that is not there is undefined; one that was spoilt is said with its path", () => {
  const folder = temporaryFolder();
  expect(readJson(join(folder, "none.json"))).toBeUndefined();
  writeFileSync(join(folder, "half.json"), '{"value":');
  expect(() => readJson(join(folder, "half.json"))).toThrow("half.json is not the JSON that was written there");
});
