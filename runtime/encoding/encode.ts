import { join } from "node:path";
import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import { groupsOfSize } from "#runtime/contract/group.ts";
import { type JobContext, JobStopped } from "#runtime/contract/job-context.ts";
import type { EncodeJob } from "#runtime/contract/plan.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { splits } from "#runtime/corpus/corpus.ts";
import { type CorpusPiece, type CutPlaces, corpusPieces } from "#runtime/corpus/read-documents.ts";
import { readInput } from "#runtime/runs/inspect-folder.ts";
import { openWhole, type WholeFile } from "#runtime/runs/whole-files.ts";
import { openTokenizer, type Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { type DocumentLengths, openDocumentLengths } from "./document-lengths.ts";
import { type BatchEncoder, openBatchEncoder } from "./encode-threads.ts";
import { openRoundTrip, type RoundTrip } from "./round-trip.ts";

/**
 * Turns a corpus into token ids, once: every document is `<s> tokens </s>`, up to the limit. Memory stays flat: documents come in pieces, ids
 * go out to shards. Throws JobStopped.
 */
export async function encodeCorpus(job: EncodeJob, context: JobContext): Promise<EncodeResult> {
  const folder = context.folderOf(job.corpus);
  const corpus = readInput(folder, "corpus");
  const tokenizer = openTokenizer(context.folderOf(job.tokenizer));
  const width = tokenizer.vocabulary.size <= 65536 ? 2 : 4;
  const total = splits.reduce((sum, split) => sum + corpus.splits[split].bytes, 0);
  let done = 0;
  const report = (bytes: number) => {
    if (context.signal.aborted) throw new JobStopped();
    done += bytes;
    context.emit({ event: "phase", phase: "encoding", done, total, unit: "bytes" });
  };
  const cuts = await provenCuts(tokenizer, corpusPieces(folder, "train", tokenizer.cuts));
  const data = { folder: context.folderOf(job.tokenizer), whole: cuts === "nowhere" };
  const encoder = openBatchEncoder(data, threadsOf(total, context.threads));
  const encoded: Partial<EncodeResult["splits"]> = {};
  const roundTrip = openRoundTrip(tokenizer);
  try {
    for (const split of splits) {
      const limit = split === "train" ? (job.limit ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
      // the number that a step takes was counted before
      const lengths = split === "train" ? openDocumentLengths() : undefined;
      const shards = openShards(context.folder, split, width, limit);
      try {
        // what is scored is looked at
        const watched = split === "train" ? undefined : roundTrip;
        await encodeSplit(batchesOf(corpusPieces(folder, split, cuts)), encoder, tokenizer, { shards, watched, lengths, report });
        watched?.finish();
        shards.finish();
      } catch (error) {
        shards.abandon();
        throw error;
      }
      encoded[split] = {
        tokens: shards.tokens(),
        ...shards.read,
        shards: shards.written,
        ...(lengths ? { lengths: lengths.found() } : {}),
      };
    }
  } finally {
    await encoder.close();
  }
  return {
    kind: "tokens",
    vocabulary: tokenizer.vocabulary.size,
    width,
    splits: encoded as EncodeResult["splits"],
    roundTrip: roundTrip.found(),
  };
}

/** Characters that are encoded both ways before the rest is cut. */
const provenCharacters = 1 << 18;

/**
 * Where texts are cut: as the tokenizer's settings allow, if so the corpus' first documents get the ids that the library gives them whole.
 * Otherwise nowhere.
 */
async function provenCuts(tokenizer: Tokenizer, pieces: Iterable<CorpusPiece>): Promise<CutPlaces> {
  if (tokenizer.cuts === "nowhere") return "nowhere";
  for (const parts of firstDocuments(pieces)) {
    const cut = await tokenizer.encodeBatch(parts);
    const [whole] = await tokenizer.encodeWholeBatch([parts.join("")]);
    if (!sameIds(cut, whole!)) return "nowhere";
  }
  return tokenizer.cuts;
}

/** Their pieces; of a very long document its beginning. */
function firstDocuments(pieces: Iterable<CorpusPiece>): string[][] {
  const documents: string[][] = [];
  let characters = 0;
  for (const { text, begins } of pieces) {
    if (characters > (begins ? 1 : 4) * provenCharacters) break;
    if (begins) documents.push([]);
    documents.at(-1)!.push(text);
    characters += text.length;
  }
  return documents;
}

function sameIds(parts: readonly Int32Array[], whole: Int32Array): boolean {
  let at = 0;
  for (const part of parts) for (const id of part) if (whole[at++] !== id) return false;
  return at === whole.length;
}

/** A thread takes a third of a second to start: so long it takes to encode about so many bytes. */
const bytesForThread = 4e6;

function threadsOf(bytes: number, max: number): number {
  return Math.max(1, Math.min(max, Math.floor(bytes / bytesForThread)));
}

/** Small enough that what the native library keeps for a piece stays small. */
const batchCharacters = 1 << 18;

function batchesOf(pieces: Iterable<CorpusPiece>): Iterable<CorpusPiece[]> {
  return groupsOfSize(pieces, ({ text }) => text.length, batchCharacters);
}

interface Watching {
  shards: Shards;
  watched: RoundTrip | undefined;
  lengths: DocumentLengths | undefined;
  report(bytes: number): void;
}

/** Batches are encoded side by side and written in order. */
async function encodeSplit(
  batches: Iterable<CorpusPiece[]>,
  encoder: BatchEncoder,
  { vocabulary }: Tokenizer,
  { shards, watched, lengths, report }: Watching,
): Promise<void> {
  const underWay: { pieces: CorpusPiece[]; ids: Promise<Int32Array[]> }[] = [];
  const writeFirst = async () => {
    const { pieces, ids } = underWay.shift()!;
    const encoded = await ids;
    pieces.forEach((piece, i) => {
      if (shards.isFull()) return;
      const { text, begins, ends } = piece;
      watched?.see(piece, encoded[i] as Int32Array);
      shards.read.bytes += Buffer.byteLength(text);
      if (begins) {
        shards.read.documents++;
        lengths?.begin();
        shards.write([vocabulary.begin]);
      }
      shards.write(encoded[i] as Int32Array);
      if (ends) shards.write([vocabulary.end]);
      lengths?.add(encoded[i]!.length + (begins ? 1 : 0) + (ends ? 1 : 0));
    });
    report(pieces.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
  };
  for (const pieces of batches) {
    if (shards.isFull()) break;
    const ids = encoder.encode(pieces.map(({ text }) => text));
    // a failure is reported when its turn comes
    ids.catch(() => {});
    underWay.push({ pieces, ids });
    if (underWay.length >= encoder.width) await writeFirst();
  }
  while (underWay.length > 0 && !shards.isFull()) await writeFirst();
}

interface Shards {
  /** Tokens after the limit are left out. */
  write(ids: ArrayLike<number>): void;
  isFull(): boolean;
  /** What was written, a document that the limit cuts included. */
  read: { documents: number; bytes: number };
  finish(): void;
  /** After a failure. */
  abandon(): void;
  written: { file: string; tokens: number }[];
  tokens(): number;
}

const shardTokens = 1 << 25;
const bufferTokens = 1 << 18;

function openShards(folder: string, split: Split, width: 2 | 4, max: number): Shards {
  const written: Shards["written"] = [];
  const buffer = width === 2 ? new Uint16Array(bufferTokens) : new Uint32Array(bufferTokens);
  let filled = 0;
  let left = max;
  let file: WholeFile | null = null;

  const flush = () => {
    let shard = written.at(-1);
    if (file === null || shard === undefined || shard.tokens + filled > shardTokens) {
      file?.finish();
      shard = { file: `${split}-${String(written.length).padStart(5, "0")}.bin`, tokens: 0 };
      written.push(shard);
      file = openWhole(join(folder, shard.file));
    }
    file.write(new Uint8Array(buffer.buffer, 0, filled * width));
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
    finish() {
      if (filled > 0) flush();
      file?.finish();
      file = null;
    },
    abandon() {
      file?.abandon();
      file = null;
    },
  };
}
