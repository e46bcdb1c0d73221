import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { decompressed } from "#runtime/tasks/formats/decompress.ts";

const much = Buffer.alloc((1 << 28) + 1, "a");

test.each([
  ["t.tsv.gz", () => gzipSync(much, { level: 1 })],
  ["t.tsv.zst", () => zstdCompressSync(much)],
])("%s that unpacks to more than a task's file may hold is a problem", (name, packed) => {
  expect(decompressed(name, packed())).toEqual({ message: expect.stringMatching(/^t\.tsv\.\w+: more than 256 MB when it is unpacked/) });
});
