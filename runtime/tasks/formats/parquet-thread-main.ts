import { workerData } from "node:worker_threads";
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import type { ParquetAnswer, ParquetThreadData } from "./decompress.ts";
import { boundsOfTask, unpackedBytes } from "./parquet-bounds.ts";
import { parquetCompressors } from "./parquet-compressors.ts";

/* The thread that `unpacked` starts: a Parquet file's rows as JSON Lines. */

const { bytes, port, done } = workerData as ParquetThreadData;
port.postMessage(await answer());
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);

async function answer(): Promise<ParquetAnswer> {
  try {
    const file = {
      byteLength: bytes.byteLength,
      slice: (start: number, end?: number) => Uint8Array.from(bytes.subarray(start, end)).buffer,
    };
    const metadata = await parquetMetadataAsync(file);
    return (await isTooLarge(file, metadata)) ? { tooLarge: true } : { lines: new TextEncoder().encode(await linesOf(file, metadata)) };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}

async function isTooLarge(file: AsyncBuffer, metadata: FileMetaData): Promise<boolean> {
  let total = 0;
  for (const group of metadata.row_groups) {
    total += await unpackedBytes(file, group, boundsOfTask);
    if (total > boundsOfTask.groupBytes) return true;
  }
  return false;
}

/** Columns by their place: one may be named as what all objects have. */
async function linesOf(file: AsyncBuffer, metadata: FileMetaData): Promise<string> {
  const names = parquetSchema(metadata).children.map(({ element }) => JSON.stringify(element.name));
  const lines: string[] = [];
  const onComplete = (rows: unknown[][]) => {
    for (const row of rows) lines.push(`{${names.map((name, i) => `${name}:${JSON.stringify(row[i], plain) ?? "null"}`).join(",")}}\n`);
  };
  await parquetRead({ file, metadata, compressors: parquetCompressors, onComplete });
  return lines.join("");
}

/** Whole numbers of 64 bits are BigInts; those that no JavaScript number represents exactly are kept as their digits. */
function plain(_: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
