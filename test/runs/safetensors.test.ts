import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { readSafetensors, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { temporaryFolder } from "./temporary.ts";

function written(): string {
  const path = join(temporaryFolder(), "model.safetensors");
  writeSafetensors(
    path,
    {
      weight: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 0.1) },
      steps: { shape: [], data: Int32Array.of(-7) },
      empty: { shape: [0, 4], data: new Float32Array(0) },
    },
    { format: "pretrain" },
  );
  return path;
}

test("written tensors are read back bit for bit", () => {
  const { tensors, metadata } = readSafetensors(written());
  expect(tensors.weight).toEqual({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 0.1) });
  expect(tensors.steps).toEqual({ shape: [], data: Int32Array.of(-7) });
  expect(tensors.empty).toEqual({ shape: [0, 4], data: new Float32Array(0) });
  expect(metadata).toEqual({ format: "pretrain" });
});

test("single tensors by name", () => {
  const path = written();
  expect(Object.keys(readSafetensors(path, ["steps"]).tensors)).toEqual(["steps"]);
  expect(() => readSafetensors(path, ["bias"])).toThrow(/has no tensor bias; it has .*weight/);
});

test("the bytes are the format's: length, JSON, little-endian data", () => {
  const path = join(temporaryFolder(), "one.safetensors");
  writeSafetensors(path, { a: { shape: [1], data: Float32Array.of(1) } });
  const bytes = readFileSync(path);
  const header = Number(bytes.readBigUInt64LE());
  expect(header % 8).toBe(0);
  expect(JSON.parse(bytes.toString("utf8", 8, 8 + header))).toEqual({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  expect([...bytes.subarray(8 + header)]).toEqual([0, 0, 0x80, 0x3f]);
});

test("a truncated file, or no safetensors file, is a failure that says what to do", () => {
  const cut = written();
  truncateSync(cut, readFileSync(cut).length - 4);
  expect(() => readSafetensors(cut)).toThrow(/truncated.*Delete the folder/);
  const text = join(temporaryFolder(), "text.safetensors");
  writeFileSync(text, "this is not a tensor file at all");
  expect(() => readSafetensors(text)).toThrow(JobFailure);
  writeFileSync(text, "");
  expect(() => readSafetensors(text)).toThrow("it has 0 bytes");
  expect(() => readSafetensors(`${text}.none`)).toThrow("is not there");
});

test("headers that do not add up are refused", () => {
  const path = join(temporaryFolder(), "odd.safetensors");
  const write = (header: unknown) => {
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(8)]));
  };
  write({ a: { dtype: "F32", shape: [3], data_offsets: [0, 8] } });
  expect(() => readSafetensors(path)).toThrow("tensor a of shape [3] has 8 bytes");
  write({ a: { dtype: "F32", shape: [4], data_offsets: [0, 16] } });
  expect(() => readSafetensors(path)).toThrow("ends at byte 16 of 8");
  write({ a: { dtype: "F8_E5M2", shape: [8], data_offsets: [0, 8] } });
  expect(() => readSafetensors(path)).toThrow("has the type F8_E5M2; F64, F32, F16, BF16, I64, I32, U8, BOOL can be read");
  write({ a: { dtype: "F32", shape: [-2], data_offsets: [0, 8] } });
  expect(() => readSafetensors(path)).toThrow("has the shape [-2]");
});

test("numbers of other types become float32 or int32", () => {
  const path = join(temporaryFolder(), "types.safetensors");
  const write = (dtype: string, count: number, data: ArrayBufferView) => {
    const json = Buffer.from(JSON.stringify({ a: { dtype, shape: [count], data_offsets: [0, data.byteLength] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(path, Buffer.concat([length, json, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]));
    return () => readSafetensors(path).tensors.a!.data;
  };
  // 1, −2, 65504 (the largest), 2⁻²⁴ (the smallest), 2⁻¹⁴ − 2⁻²⁴ (the largest below the normal ones), infinity
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x7c00);
  expect([...write("F16", 6, halves)()]).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14 - 2 ** -24, Infinity]);
  expect([...write("BF16", 2, Uint16Array.of(0x3f80, 0xc049))()]).toEqual([1, -3.140625]);
  expect([...write("F64", 1, Float64Array.of(0.1))()]).toEqual([Math.fround(0.1)]);
  expect([...write("I64", 2, BigInt64Array.of(-100n, 7n))()]).toEqual([-100, 7]);
  expect([...write("BOOL", 2, Uint8Array.of(1, 0))()]).toEqual([1, 0]);
  expect(write("I64", 1, BigInt64Array.of(1n << 40n))).toThrow(/tensor a: 1099511627776 is beyond 32 bits/);
});

test("a tensor whose shape is not its length is a bug", () => {
  const path = join(temporaryFolder(), "bug.safetensors");
  expect(() => writeSafetensors(path, { a: { shape: [2], data: Float32Array.of(1) } })).toThrow("has 1 numbers but the shape [2]");
});
