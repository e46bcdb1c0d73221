import { workerData } from "node:worker_threads";
import { parquetReadObjects } from "hyparquet";
import { parquetCompressors } from "./parquet-compressors.ts";
import type { ParquetThreadData } from "./unpack.ts";

/* The thread that `unpacked` starts: a Parquet file's rows as JSON Lines. */

const { bytes, port, done } = workerData as ParquetThreadData;
try {
  const file = { byteLength: bytes.byteLength, slice: (start: number, end?: number) => Uint8Array.from(bytes.subarray(start, end)).buffer };
  const rows = await parquetReadObjects({ file, compressors: parquetCompressors });
  port.postMessage({ lines: new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row, plain)}\n`).join("")) });
} catch (error) {
  port.postMessage({ wrong: (error as Error).message });
}
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);

/** Whole numbers of 64 bits are BigInts; those that no number of JavaScript holds exactly are told by their digits. */
function plain(_: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
