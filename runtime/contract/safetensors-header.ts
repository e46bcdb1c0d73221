import { shown } from "./shown.ts";

/** A tensor, as described by the header of its safetensors file. */
export interface TensorEntry {
  dtype: string;
  shape: number[];
  /** First byte in the file, and the byte after the last (`end`). */
  start: number;
  end: number;
}

export interface Header {
  tensors: Map<string, TensorEntry>;
  metadata: Record<string, string>;
}

/** Maximum size of a header that the reference implementation accepts, in bytes. */
const longestHeader = 100_000_000;

/** Size in bytes of a number of each type of the format. */
const bytesOfType: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
  C64: 8,
};

/**
 * Parses the header of a safetensors file (https://huggingface.co/docs/safetensors): its length in 8 bytes, then JSON.
 *
 * @param size size of the file in bytes
 * @param start returns this many bytes from the beginning of the file
 * @param broken makes the error to throw from a description of what is wrong with the file
 */
export function headerOf(size: number, start: (bytes: number) => Uint8Array, broken: (what: string) => Error): Header {
  if (size < 8) throw broken(`it has ${size} bytes, fewer than the length of a header needs`);
  const first = start(8);
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
  if (length > Math.min(size - 8, longestHeader)) throw broken(`its header should have ${length} bytes, the file has ${size}`);
  const described = Object.entries(parsed(start(8 + length).subarray(8), broken));
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of described) if (name !== "__metadata__") tensors.set(name, entryOf(name, value, 8 + length, size, broken));
  const metadata = described.find(([name]) => name === "__metadata__")?.[1];
  const texts = typeof metadata === "object" && metadata !== null ? Object.entries(metadata) : [];
  return { tensors, metadata: Object.fromEntries(texts.filter(([, value]) => typeof value === "string")) };
}

function parsed(json: Uint8Array, broken: (what: string) => Error): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(json));
  } catch (error) {
    throw broken(`its header is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken("its header is not a JSON object");
  return value as Record<string, unknown>;
}

function entryOf(name: string, value: unknown, dataStart: number, size: number, broken: (what: string) => Error): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== "string") throw broken(`tensor ${name} has the type ${shown(dtype)}`);
  if (!isWholeNumbers(shape)) throw broken(`tensor ${name} has the shape ${shown(shape)}`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2) throw broken(`tensor ${name} has the offsets ${shown(offsets)}`);
  const [start, end] = offsets as [number, number];
  const bytes = Object.hasOwn(bytesOfType, dtype) ? bytesOfType[dtype]! : undefined;
  const expected = bytes === undefined ? end - start : shape.reduce((product, each) => product * each, bytes);
  if (end < start || end - start !== expected) throw broken(`tensor ${name} of shape [${shape}] has ${end - start} bytes`);
  const dataBytes = size - dataStart;
  if (end > dataBytes) throw broken(`tensor ${name} ends at byte ${end} of ${dataBytes}; the file was truncated`);
  return { dtype, shape, start: dataStart + start, end: dataStart + end };
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}
