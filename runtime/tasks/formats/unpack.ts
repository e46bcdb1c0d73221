import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { textFormatOf } from "#runtime/contract/formats.ts";
import { threadModule } from "#runtime/machine/thread-module.ts";

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
  if (table === ".parquet" && compressed)
    return { message: `${path}: a Parquet file is read from its end and compressed inside; decompress it` };
  const read = compressed === ".gz" ? () => gunzipSync(bytes) : compressed === ".zst" ? () => zstd(path, bytes) : undefined;
  if (read) {
    try {
      const found = read();
      return found instanceof Uint8Array ? { bytes: found } : found;
    } catch (error) {
      return { message: `${path}: the compressed data is damaged or cut off (${(error as Error).message}); get the file anew` };
    }
  }
  return table === ".parquet" ? rowsOf(path, bytes) : { bytes };
}

function zstd(path: string, bytes: Uint8Array): Uint8Array | { message: string } {
  if (typeof zstdDecompressSync === "function") return zstdDecompressSync(bytes);
  return {
    message: `${path}: Zstandard needs Node 22.15 or later, and this is ${process.version}; decompress the file, or use another Node`,
  };
}

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
  const reason = answer === undefined ? "no answer after a minute" : "wrong" in answer ? answer.wrong : undefined;
  const result: Unpacked =
    answer && "lines" in answer
      ? { bytes: answer.lines }
      : { message: `${path}: not a Parquet file that can be read (${reason}); get the file anew, or write it anew` };
  known.set(bytes, result);
  return result;
}

const patience = 60_000;
