import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { nodeFiles } from "#runtime/cli/node-files.ts";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import { resolveTask } from "#runtime/tasks/resolve-task.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { sentiment } from "../tasks/helpers.ts";
import { workshop } from "./helpers.ts";

const much = Buffer.alloc((1 << 28) + 1, "a line of text\n");

test.each([
  ["a.txt.gz", () => gzipSync(much)],
  ["a.txt.zst", () => zstdCompressSync(much)],
])("a corpus of %s that unpacks to more than any text would", async (name, packed) => {
  const work = workshop();
  await expect(work.corpus([work.file(name, packed())])).rejects.toThrow(`${name}: more than 200 times its size when it is decompressed`);
});

test("a task's file of more than two gigabytes", () => {
  const path = join(temporaryFolder(), "t.tsv");
  writeFileSync(path, "sentence\tpolarity\n");
  // a file with a hole, which takes no room
  truncateSync(path, 2 ** 31 + 5);
  const spec: TaskSpec = { ...sentiment, train: path, validation: 0.2, test: 0.2 };
  const { task, problems } = resolveTask(spec, "t", nodeFiles(temporaryFolder()));
  expect(task).toBeNull();
  expect(problems[0]).toMatchObject({
    code: "unreadable-file",
    message: expect.stringContaining("t.tsv has more than 256 MB"),
  });
});
