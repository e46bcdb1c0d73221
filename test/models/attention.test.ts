import { setBackend, tensor } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { cpuEngine } from "#runtime/engines/cpu/cpu-engine.ts";
import { attentionBias, relativeBucket } from "#runtime/models/positions.ts";

beforeAll(async () => {
  await (await cpuEngine.open({ state: [], functions: [] })).close();
  setBackend("cpu");
});

const row = (...values: number[]) => tensor(values, [1, values.length], "int32");
/** Rows of queries: 1 where the key is seen. */
function seen(bias: ReturnType<typeof attentionBias>): string[] {
  const [, , q, k] = bias.shape as [number, number, number, number];
  const values = bias.dataSync();
  return Array.from({ length: q }, (_, i) => Array.from({ length: k }, (_, j) => (values[i * k + j] === 0 ? "1" : "·")).join(""));
}

describe("who sees whom", () => {
  test("causal: earlier positions of the same document", () => {
    expect(seen(attentionBias(row(1, 1, 2, 2), row(1, 1, 2, 2), "past"))).toEqual(["1···", "11··", "··1·", "··11"]);
  });
  test("bidirectional: all positions of the same document", () => {
    expect(seen(attentionBias(row(1, 1, 2, 2), row(1, 1, 2, 2), "all"))).toEqual(["11··", "11··", "··11", "··11"]);
  });
  test("prefix: the document's prefix is seen by all of it, what follows is causal", () => {
    const segments = row(1, 1, 1, 1, 2, 2);
    const bias = attentionBias(segments, segments, { prefix: row(1, 1, 0, 0, 1, 0) });
    expect(seen(bias)).toEqual(["11····", "11····", "111···", "1111··", "····1·", "····11"]);
  });
  test("across: a decoder's document sees the same document of the encoder", () => {
    expect(seen(attentionBias(row(1, 2, 0), row(1, 1, 2, 0), "all"))).toEqual(["11··", "··1·", "···1"]);
  });
});

test("relative buckets are those of T5's released code", () => {
  const relative = { buckets: 32, distance: 128 };
  // mesh_tensorflow's _relative_position_bucket for distances key − query, 32 buckets, largest distance 128
  expect([-130, -20, -8, -7, -1, 0, 1, 7, 8, 20, 130].map((distance) => relativeBucket(distance, true, relative))).toEqual([
    15, 10, 8, 7, 1, 0, 17, 23, 24, 26, 31,
  ]);
  expect([-130, -40, -16, -15, -1, 0, 3].map((distance) => relativeBucket(distance, false, relative))).toEqual([31, 23, 16, 15, 1, 0, 0]);
});
