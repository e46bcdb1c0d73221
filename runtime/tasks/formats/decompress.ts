import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import zlib from "node:zlib";
import { textFormatOf } from "#runtime/contract/formats.ts";
import { threadModule } from "#runtime/machine/thread-module.ts";
import { damaged, notParquet, parquetInside, zstandardMissing } from "./compressed.ts";

export type Unpacked = { bytes: Uint8Array } | { message: string };

/** What the thread is given; `done` is woken when the answer has been sent. */
export interface ParquetThreadData {
  bytes: Uint8Array;
  port: MessagePort;
  done: Int32Array;
}

export type ParquetAnswer = { lines: Uint8Array } | { wrong: string } | { tooLarge: true };

/** A file's content decompressed where its name ends in `.gz` or `.zst`, and of a Parquet file its rows as JSON Lines; else as it is. */
export function decompressed(path: string, bytes: Uint8Array): Unpacked {
  const { table, compressed } = textFormatOf(path);
  if (compressed === null) return table === ".parquet" ? rowsOf(path, bytes) : { bytes };
  if (table === ".parquet") return { message: `${path}: ${parquetInside}` };
  const decompress = compressed === ".gz" ? zlib.gunzipSync : zlib.zstdDecompressSync;
  if (typeof decompress !== "function") return { message: `${path}: ${zstandardMissing}` };
  try {
    return { bytes: decompress(bytes, { maxOutputLength: maxBytes }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return { message: `${path}: ${tooLarge}` };
    return { message: `${path}: ${damaged(error)}` };
  }
}

/** A task's file is kept in memory as a whole: a few hundred kilobytes can unpack to many gigabytes. */
export const maxBytes = 1 << 28;
const remedy = "which is more than a task's file may hold; part it into smaller files, or take fewer examples";
const tooLarge = `more than 256 MB when it is unpacked, ${remedy}`;
/** The end of a message about a file that is not decompressed, after `has`. */
export const moreThanHeld = `more than 256 MB, ${remedy}`;

/** The decompressed first bytes of a file; null if they are damaged, which is reported when the file is read. */
export function unpackedStart(start: Uint8Array, compressed: ".gz" | ".zst" | null): Uint8Array | null {
  if (compressed === null) return start;
  const maxOutputLength = mostOfStart;
  try {
    if (compressed === ".gz") return zlib.gunzipSync(start, { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength });
    if (typeof zlib.zstdDecompressSync !== "function") return null;
    return zlib.zstdDecompressSync(start, { finishFlush: zlib.constants.ZSTD_e_flush, maxOutputLength });
  } catch {
    return null;
  }
}

const mostOfStart = 1 << 23;

/** By content: a caller that asks again has the same bytes. */
const known = new WeakMap<Uint8Array, Unpacked>();

/** Parquet's readers are asynchronous and a plan is made in one go: a thread reads while this one waits. */
function rowsOf(path: string, bytes: Uint8Array): Unpacked {
  const found = known.get(bytes);
  if (found) return found;
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(threadModule(import.meta.url, "parquet-thread-main"), {
    workerData: { bytes, port: port2, done },
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  // a thread that runs out of memory has no answer, which is said below
  worker.on("error", () => {});
  Atomics.wait(done, 0, 0, patience);
  const answer = receiveMessageOnPort(port1)?.message as ParquetAnswer | undefined;
  worker.terminate();
  port1.close();
  const result = resultOf(path, answer);
  known.set(bytes, result);
  return result;
}

function resultOf(path: string, answer: ParquetAnswer | undefined): Unpacked {
  if (answer && "lines" in answer && answer.lines.length <= maxBytes) return { bytes: answer.lines };
  if (answer && !("wrong" in answer)) return { message: `${path}: ${tooLarge}` };
  return { message: `${path}: ${notParquet(answer?.wrong ?? "no answer after a minute")}` };
}

const patience = 60_000;
