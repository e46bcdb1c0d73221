import { closeSync, fstatSync, readSync } from "node:fs";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { FileRecord } from "#runtime/contract/records.ts";
import { type Header, headerOf, type TensorEntry } from "#runtime/contract/safetensors-header.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import { Obstacle } from "#runtime/contract/system-error.ts";
import { openRegular } from "#runtime/machine/regular-file.ts";
import { isNumberType, numberTypes } from "./number-types.ts";
import { isMissing, writeWholeWith } from "./whole-files.ts";

/** A stored tensor; the number of entries of `data` is the product of the shape. */
export interface StoredTensor {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

export interface StoredTensors {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
}

/**
 * Writes tensors in the safetensors format (https://huggingface.co/docs/safetensors): the header's length in 8 bytes, the header in JSON,
 * the data in little-endian order. The file is written atomically; tensors are not copied in memory.
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Record<string, string> = {},
): FileRecord {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name]!;
    if (data.length !== sizeOf(shape)) throw new Error(`tensor ${name} has ${data.length} numbers but the shape [${shape}]`);
    header[name] = {
      dtype: data instanceof Float32Array ? "F32" : "I32",
      shape: [...shape],
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
  }
  return writeWholeWith(path, (file) => {
    file.write(headerBytes(header));
    for (const name of names) file.write(bytesOf(tensors[name]!.data));
  });
}

/** The advice for a damaged file of a job, which can be made again. */
const makeAgain = "Delete the folder it is in, or its file result.json, to have it made again";

/**
 * Reads all tensors, or those named; numbers of other types become float32 or int32. Throws `JobFailure`, with the remedy, if the file is
 * damaged.
 */
export function readSafetensors(path: string, names?: readonly string[], remedy = makeAgain): StoredTensors {
  return withFile(path, (file, size) => {
    const header = readHeader(path, file, size, remedy);
    const tensors: Record<string, StoredTensor> = {};
    for (const name of names ?? header.tensors.keys()) {
      const entry = header.tensors.get(name);
      if (!entry) throw new JobFailure(`${path} has no tensor ${name}; it has ${[...header.tensors.keys()].join(", ") || "none"}`);
      tensors[name] = { shape: entry.shape, data: readNumbers(path, name, file, entry) };
    }
    return { tensors, metadata: header.metadata };
  });
}

/** This many bytes from the beginning of a file, or fewer if it is shorter. */
export function readStart(path: string, bytes: number): Uint8Array {
  return withFile(path, (file, size) => {
    const block = Buffer.alloc(Math.min(bytes, size));
    readFully(file, block, 0);
    return block;
  });
}

function headerBytes(header: Record<string, unknown>): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  // data starts at a multiple of 8, so that others can map it
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, " ");
  bytes.writeBigUInt64LE(BigInt(padded));
  json.copy(bytes, 8);
  return bytes;
}

function readNumbers(path: string, name: string, file: number, { dtype, shape, start }: TensorEntry): StoredTensor["data"] {
  if (!isNumberType(dtype))
    throw new JobFailure(`${path}: tensor ${name} has the type ${dtype}; ${Object.keys(numberTypes).join(", ")} can be read`);
  // as they are in memory, without a copy
  if (dtype === "F32" || dtype === "I32") {
    const data = dtype === "F32" ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
    readFully(file, bytesOf(data), start);
    return data;
  }
  const { bytes, widen } = numberTypes[dtype];
  const raw = new Uint8Array(sizeOf(shape) * bytes);
  readFully(file, raw, start);
  try {
    return widen(new DataView(raw.buffer));
  } catch (error) {
    throw new JobFailure(`${path}: tensor ${name}: ${(error as Error).message}`);
  }
}

function readHeader(path: string, file: number, size: number, remedy: string): Header {
  const start = (bytes: number) => {
    const block = Buffer.alloc(bytes);
    readFully(file, block, 0);
    return block;
  };
  return headerOf(size, start, (what) => new JobFailure(`${path} is not a whole safetensors file: ${what}. ${remedy}`));
}

function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  let file: number;
  try {
    file = openRegular(path);
  } catch (error) {
    if (isMissing(error)) throw new JobFailure(`${path} is not there`);
    if (error instanceof Obstacle) throw error;
    throw new JobFailure(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    return use(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function readFully(file: number, into: Uint8Array, position: number): void {
  const max = 1 << 28;
  for (let at = 0; at < into.length; ) {
    const got = readSync(file, into, at, Math.min(max, into.length - at), position + at);
    if (got === 0) throw new JobFailure("a safetensors file ended while it was read");
    at += got;
  }
}

function bytesOf(data: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
