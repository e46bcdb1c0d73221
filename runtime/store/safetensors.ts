import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { FileRecord } from "#runtime/contract/records.ts";
import { JobFailure } from "#runtime/jobs/context.ts";
import { isMissing, writeWholeWith } from "./files.ts";
import { isNumberType, type NumberType, numberTypes } from "./number-types.ts";

/** A tensor as it is stored: `data` has as many entries as the shape's product. */
export interface StoredTensor {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

export interface StoredTensors {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
}

/**
 * Writes tensors in the safetensors format (https://huggingface.co/docs/safetensors): the header's length in 8 bytes, the header
 * in JSON, the data little-endian. The file appears whole or not at all; tensors are not copied in memory.
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

/** What a job left can be made again. */
const makeAgain = "Delete the folder it is in, or its file result.json, to have it made again";

/**
 * Reads tensors, all or those named; numbers of other types become float32 or int32. Throws `JobFailure`, with the remedy, where
 * the file is not what it should be.
 */
export function readSafetensors(path: string, names?: readonly string[], remedy = makeAgain): StoredTensors {
  return withFile(path, (file, size) => {
    const header = readHeader(path, file, size, remedy);
    const tensors: Record<string, StoredTensor> = {};
    for (const name of names ?? Object.keys(header.entries)) {
      const entry = header.entries[name];
      if (!entry) throw new JobFailure(`${path} has no tensor ${name}; it has ${Object.keys(header.entries).join(", ") || "none"}`);
      tensors[name] = { shape: entry.shape, data: readNumbers(path, name, file, entry, header.dataStart) };
    }
    return { tensors, metadata: header.metadata };
  });
}

/** Names, shapes and metadata alone. */
export function describeSafetensors(
  path: string,
  remedy = makeAgain,
): {
  tensors: Record<string, { shape: readonly number[]; dtype: NumberType }>;
  metadata: Record<string, string>;
} {
  return withFile(path, (file, size) => {
    const { entries, metadata } = readHeader(path, file, size, remedy);
    return { tensors: Object.fromEntries(Object.entries(entries).map(([name, { shape, dtype }]) => [name, { shape, dtype }])), metadata };
  });
}

interface Entry {
  dtype: NumberType;
  shape: number[];
  /** Of the data part; bytes. */
  start: number;
}

interface Header {
  entries: Record<string, Entry>;
  metadata: Record<string, string>;
  dataStart: number;
}

/** Longest header that the reference implementation accepts. */
const longestHeader = 100_000_000;

function headerBytes(header: Record<string, unknown>): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  // data starts at a multiple of 8, so that others can map it
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, " ");
  bytes.writeBigUInt64LE(BigInt(padded));
  json.copy(bytes, 8);
  return bytes;
}

function readNumbers(path: string, name: string, file: number, entry: Entry, dataStart: number): StoredTensor["data"] {
  const { dtype, shape, start } = entry;
  // as they lie in memory, without a copy
  if (dtype === "F32" || dtype === "I32") {
    const data = dtype === "F32" ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
    readFully(file, bytesOf(data), dataStart + start);
    return data;
  }
  const { bytes, widen } = numberTypes[dtype];
  const raw = new Uint8Array(sizeOf(shape) * bytes);
  readFully(file, raw, dataStart + start);
  try {
    return widen(new DataView(raw.buffer));
  } catch (error) {
    throw new JobFailure(`${path}: tensor ${name}: ${(error as Error).message}`);
  }
}

function readHeader(path: string, file: number, size: number, remedy: string): Header {
  const broken = (what: string) => new JobFailure(`${path} is not a whole safetensors file: ${what}. ${remedy}`);
  if (size < 8) throw broken(`it has ${size} bytes, less than a header's length takes`);
  const length = Buffer.alloc(8);
  readFully(file, length, 0);
  const headerLength = Number(length.readBigUInt64LE());
  if (headerLength > Math.min(size - 8, longestHeader)) throw broken(`its header should have ${headerLength} bytes, the file has ${size}`);
  const json = Buffer.alloc(headerLength);
  readFully(file, json, 8);
  const { __metadata__: metadata = {}, ...described } = parseHeader(json, broken);
  const dataStart = 8 + headerLength;
  const entries: Record<string, Entry> = {};
  for (const [name, value] of Object.entries(described)) entries[name] = checkEntry(path, name, value, size - dataStart, broken);
  return { entries, metadata: metadata as Record<string, string>, dataStart };
}

type Broken = (what: string) => JobFailure;

function parseHeader(json: Buffer, broken: Broken): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json.toString("utf8"));
  } catch (error) {
    throw broken(`its header is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken("its header is not a JSON object");
  return value as Record<string, unknown>;
}

function checkEntry(path: string, name: string, value: unknown, dataBytes: number, broken: Broken): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (!isNumberType(dtype)) {
    throw new JobFailure(`${path}: tensor ${name} has the type ${String(dtype)}; ${Object.keys(numberTypes).join(", ")} can be read`);
  }
  if (!isWholeNumbers(shape)) throw broken(`tensor ${name} has the shape ${JSON.stringify(shape)}`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2) throw broken(`tensor ${name} has the offsets ${JSON.stringify(offsets)}`);
  const [start, end] = offsets as [number, number];
  if (end - start !== sizeOf(shape) * numberTypes[dtype].bytes) throw broken(`tensor ${name} of shape [${shape}] has ${end - start} bytes`);
  if (end > dataBytes) throw broken(`tensor ${name} ends at byte ${end} of ${dataBytes}; the file was cut short`);
  return { dtype, shape, start };
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (isMissing(error)) throw new JobFailure(`${path} is not there`);
    throw error;
  }
  try {
    return use(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function readFully(file: number, into: Uint8Array, position: number): void {
  const most = 1 << 28;
  for (let at = 0; at < into.length; ) {
    const got = readSync(file, into, at, Math.min(most, into.length - at), position + at);
    if (got === 0) throw new JobFailure("a safetensors file ended while it was read");
    at += got;
  }
}

function bytesOf(data: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
