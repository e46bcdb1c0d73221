import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import type { Split } from "#runtime/contract/spec.ts";

/** The tokens of one split, as one long sequence of documents `<s> … </s>`; in memory is a small block of it, or a small corpus. */
export interface TokenStream {
  length: number;
  /** A copy of tokens start … start + count − 1. */
  read(start: number, count: number): Int32Array;
  close(): void;
}

/** `folder`: of the encode job. `wholeTokens`: a split of so many is read at once. */
export function openTokens(folder: string, result: EncodeResult, split: Split, wholeTokens = 4 << 20): TokenStream {
  const shards = result.splits[split].shards.map(({ file, tokens }) => ({ file: openSync(join(folder, file), "r"), tokens }));
  const length = result.splits[split].tokens;
  const width = result.width;
  // both are little-endian on every machine that Node runs on
  const view = (bytes: Uint8Array<ArrayBuffer>) => (width === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer));
  const whole = length <= wholeTokens;
  const room = whole ? Math.max(0, ...shards.map(({ tokens }) => tokens)) : blockTokens;
  const bytes = new Uint8Array(room * width);
  const block = view(bytes);
  let first = 0;
  let filled = 0;

  const fill = (start: number) => {
    let shardStart = 0;
    for (const shard of shards) {
      if (start < shardStart + shard.tokens) {
        first = whole ? shardStart : start;
        filled = Math.min(room, shardStart + shard.tokens - first);
        readAll(shard.file, bytes, filled * width, (first - shardStart) * width);
        return;
      }
      shardStart += shard.tokens;
    }
  };
  return {
    length,
    read(start, count) {
      if (!(start >= 0 && count >= 0 && start + count <= length)) throw new RangeError(`tokens ${start} to ${start + count} of ${length}`);
      const tokens = new Int32Array(count);
      for (let done = 0; done < count; ) {
        const at = start + done;
        if (at < first || at >= first + filled) fill(at);
        const part = block.subarray(at - first, Math.min(at - first + count - done, filled));
        tokens.set(part, done);
        done += part.length;
      }
      return tokens;
    },
    close() {
      for (const { file } of shards) closeSync(file);
    },
  };
}

/** Windows are read at random places: a block is not much longer than one. */
const blockTokens = 4096;

function readAll(file: number, into: Uint8Array, length: number, position: number): void {
  for (let done = 0; done < length; ) {
    const read = readSync(file, into, done, length - done, position + done);
    if (read === 0) throw new Error("a shard of tokens is shorter than its encode job says");
    done += read;
  }
}
