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

/** A file's content decompressed where its name ends in `.gz` or `.zst`, and of a Parquet file its rows as JSON Lines; else as it is. */
export function unpacked(path: string, bytes: Uint8Array): Unpacked {
  const { table, compressed } = textFormatOf(path);
  if (compressed === null) return table === ".parquet" ? rowsOf(path, bytes) : { bytes };
  if (table === ".parquet") return { message: `${path}: ${parquetInside}` };
  const decompress = compressed === ".gz" ? zlib.gunzipSync : zlib.zstdDecompressSync;
  if (typeof decompress !== "function") return { message: `${path}: ${zstandardMissing}` };
  try {
    return { bytes: decompress(bytes, { maxOutputLength: mostBytes }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return { message: `${path}: ${tooLarge}` };
    return { message: `${path}: ${damaged(error)}` };
  }
}

/** A task's file is held as a whole: a few hundred kilobytes can unpack to many gigabytes. */
export const mostBytes = 1 << 28;
const remedy = "which is more than a task's file may hold; part it into smaller files, or take fewer examples";
const tooLarge = `more than 256 MB when it is unpacked, ${remedy}`;
/** Of a file that is not unpacked, after `has`. */
export const moreThanHeld = `more than 256 MB, ${remedy}`;

/** By content: whoever asks again holds the same bytes. */
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
  });
  Atomics.wait(done, 0, 0, patience);
  const answer = receiveMessageOnPort(port1)?.message as { lines: Uint8Array } | { wrong: string } | undefined;
  worker.terminate();
  port1.close();
  const result: Unpacked =
    answer && "lines" in answer
      ? { bytes: answer.lines }
      : { message: `${path}: ${notParquet(answer?.wrong ?? "no answer after a minute")}` };
  known.set(bytes, result);
  return result;
}

const patience = 60_000;
