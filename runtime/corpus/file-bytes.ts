import { open, stat } from "node:fs/promises";
import { pipeline, Readable, type Transform } from "node:stream";
import zlib from "node:zlib";
import { type TextFormat, textFormatOf } from "#runtime/contract/formats.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { damaged, parquetInside, zstandardMissing } from "#runtime/tasks/formats/compressed.ts";

const pieceBytes = 1 << 20;

const decompressors: { readonly [K in NonNullable<TextFormat["compressed"]>]: (path: string) => Transform & { bytesWritten: number } } = {
  ".gz": () => zlib.createGunzip(),
  ".zst"(path) {
    if (typeof zlib.createZstdDecompress === "function") return zlib.createZstdDecompress();
    throw new JobFailure(`${path}: ${zstandardMissing}`);
  },
};

/**
 * The content of a file in pieces, decompressed if its name ends in `.gz` or `.zst`. A piece is valid until the next one is requested.
 * `onBytes` receives the bytes as they are in the file. Throws JobFailure if the compressed data is damaged.
 */
export async function* fileBytes(path: string, onBytes: (bytes: Uint8Array) => void = () => {}): AsyncGenerator<Buffer> {
  const { table, compressed } = textFormatOf(path);
  if (compressed === null) yield* rawBytes(path, 0, onBytes);
  else if (table === ".parquet") {
    throw new JobFailure(`${path}: ${parquetInside}`);
  } else yield* decompressed(path, decompressors[compressed], onBytes);
}

async function* decompressed(
  path: string,
  open: (path: string) => Transform & { bytesWritten: number },
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<Buffer> {
  const { size } = await stat(path);
  const max = Math.max(unpackedAlways, maxRatio * size);
  let [seen, unpacked] = [0, 0];
  // a file can contain several compressed frames, and a Zstandard decoder ends with the first: the next starts where it ended
  for (let start = 0; start < size || start === 0; ) {
    const decoder = open(path);
    let position = start;
    const onEach = (bytes: Uint8Array) => {
      const news = Math.max(0, Math.min(bytes.length, seen - position));
      position += bytes.length;
      seen = Math.max(seen, position);
      if (news < bytes.length) onBytes(bytes.subarray(news));
    };
    // the decoder reports errors of both sides
    pipeline(Readable.from(copies(rawBytes(path, start, onEach))), decoder, () => {});
    try {
      for await (const piece of decoder as AsyncIterable<Buffer>) {
        unpacked += piece.length;
        if (unpacked > max) throw new JobFailure(`${path}: ${packedTooWell}`);
        yield piece;
      }
    } catch (error) {
      if (error instanceof JobFailure || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
      throw new JobFailure(`${path}: ${damaged(error)}`);
    }
    start += Math.max(1, decoder.bytesWritten);
  }
}

/** Maximum ratio of compression. Text compresses to a tenth of its size, logs to a hundredth; a decompression bomb would fill any disk. */
const maxRatio = 200;
const unpackedAlways = 1 << 28;
const packedTooWell = `more than ${maxRatio} times its size when it is decompressed, unlike any text; check its content, and decompress it yourself if it is right`;

async function* rawBytes(path: string, start: number, onBytes: (bytes: Uint8Array) => void): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(pieceBytes);
    for (let position = start; ; ) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const piece = buffer.subarray(0, bytesRead);
      onBytes(piece);
      yield piece;
    }
  } finally {
    await file.close();
  }
}

/** Copies of pieces, since a decoder keeps pieces that it has not processed yet. */
async function* copies(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
