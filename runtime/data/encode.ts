import { closeSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CorpusResult, EncodeResult } from "#runtime/contract/artifacts.ts";
import type { EncodeJob } from "#runtime/contract/plan.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { type JobContext, JobStopped } from "#runtime/jobs/context.ts";
import { openTokenizer, type Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { splits } from "./corpus.ts";
import { type CorpusPiece, corpusPieces } from "./read-documents.ts";

/**
 * Turns a corpus into token ids, once: every document is `<s> tokens </s>`, up to the limit. Memory stays flat: documents come in pieces, ids
 * go out to shards. Throws JobStopped.
 */
export async function encodeCorpus(job: EncodeJob, context: JobContext): Promise<EncodeResult> {
  const folder = context.folderOf(job.corpus);
  const corpus = JSON.parse(await readFile(join(folder, "result.json"), "utf8")) as CorpusResult;
  const tokenizer = openTokenizer(context.folderOf(job.tokenizer));
  const width = tokenizer.vocabulary.size <= 65536 ? 2 : 4;
  const total = splits.reduce((sum, split) => sum + corpus.splits[split].bytes, 0);
  let done = 0;
  const report = (bytes: number) => {
    if (context.signal.aborted) throw new JobStopped();
    done += bytes;
    context.emit({ event: "phase", phase: "encoding", done, total, unit: "bytes" });
  };
  const encoded: Partial<EncodeResult["splits"]> = {};
  for (const split of splits) {
    const shards = openShards(
      context.folder,
      split,
      width,
      split === "train" ? (job.limit ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    );
    try {
      for (const pieces of inBatches(corpusPieces(folder, split))) {
        if (shards.isFull()) break;
        await encodePieces(pieces, tokenizer, shards, report);
      }
    } finally {
      shards.close();
    }
    encoded[split] = { tokens: shards.tokens(), ...shards.read, shards: shards.written };
  }
  return { vocabulary: tokenizer.vocabulary.size, width, splits: encoded as EncodeResult["splits"] };
}

/** Large enough for all threads, small enough that what the native library keeps for a piece stays small. */
const batchCharacters = 1 << 20;

function* inBatches(pieces: Iterable<CorpusPiece>): Generator<CorpusPiece[]> {
  let batch: CorpusPiece[] = [];
  let characters = 0;
  for (const piece of pieces) {
    batch.push(piece);
    characters += piece.text.length;
    if (characters < batchCharacters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

async function encodePieces(pieces: CorpusPiece[], tokenizer: Tokenizer, shards: Shards, report: (bytes: number) => void): Promise<void> {
  const ids = await tokenizer.encodeBatch(pieces.map(({ text }) => text));
  pieces.forEach(({ text, begins, ends }, i) => {
    if (shards.isFull()) return;
    shards.read.bytes += Buffer.byteLength(text);
    if (begins) shards.read.documents++;
    if (begins) shards.write([tokenizer.vocabulary.begin]);
    shards.write(ids[i] as Int32Array);
    if (ends) shards.write([tokenizer.vocabulary.end]);
  });
  report(pieces.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
}

interface Shards {
  /** What lies behind the limit is left out. */
  write(ids: ArrayLike<number>): void;
  isFull(): boolean;
  /** What was written, a document that the limit cuts included. */
  read: { documents: number; bytes: number };
  close(): void;
  written: { file: string; tokens: number }[];
  tokens(): number;
}

const shardTokens = 1 << 25;
const bufferTokens = 1 << 18;

function openShards(folder: string, split: Split, width: 2 | 4, most: number): Shards {
  const written: Shards["written"] = [];
  const buffer = width === 2 ? new Uint16Array(bufferTokens) : new Uint32Array(bufferTokens);
  let filled = 0;
  let left = most;
  let file: number | null = null;

  const flush = () => {
    let shard = written.at(-1);
    if (file === null || shard === undefined || shard.tokens + filled > shardTokens) {
      if (file !== null) closeSync(file);
      shard = { file: `${split}-${String(written.length).padStart(5, "0")}.bin`, tokens: 0 };
      written.push(shard);
      file = openSync(join(folder, shard.file), "w");
    }
    const bytes = new Uint8Array(buffer.buffer, 0, filled * width);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    shard.tokens += filled;
    filled = 0;
  };
  return {
    written,
    tokens: () => written.reduce((sum, shard) => sum + shard.tokens, 0),
    read: { documents: 0, bytes: 0 },
    isFull: () => left === 0,
    write(ids) {
      const count = Math.min(ids.length, left);
      for (let i = 0; i < count; i++) {
        if (filled === bufferTokens) flush();
        buffer[filled++] = ids[i] as number;
      }
      left -= count;
    },
    close() {
      if (filled > 0) flush();
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}
