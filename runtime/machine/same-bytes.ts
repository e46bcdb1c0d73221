import { closeSync, openSync, readSync } from "node:fs";
import type { ByteRange } from "#runtime/contract/seen-files.ts";

const piece = 1 << 20;

/** Whether two parts of files have the same bytes. */
export function sameBytes(one: ByteRange, other: ByteRange): boolean {
  const length = one.end - one.start;
  if (length !== other.end - other.start) return false;
  const [left, right] = [openSync(one.path, "r"), openSync(other.path, "r")];
  const [mine, theirs] = [Buffer.alloc(Math.min(piece, length)), Buffer.alloc(Math.min(piece, length))];
  try {
    for (let at = 0; at < length; ) {
      const requested = Math.min(piece, length - at);
      const got = readSync(left, mine, 0, requested, one.start + at);
      if (got === 0 || readSync(right, theirs, 0, got, other.start + at) !== got) return false;
      if (mine.compare(theirs, 0, got, 0, got) !== 0) return false;
      at += got;
    }
    return true;
  } finally {
    closeSync(left);
    closeSync(right);
  }
}

/** As `sameBytes`, but compares only the beginning and samples of large parts, which is fast enough for every keystroke. */
export function probablySameBytes(one: ByteRange, other: ByteRange): boolean {
  const length = one.end - one.start;
  if (length <= 4 * piece || length !== other.end - other.start) return sameBytes(one, other);
  const probes = 64;
  const step = Math.floor((length - piece / 16) / (probes - 1));
  const part = ({ path, start }: ByteRange, i: number): ByteRange => ({
    path,
    start: start + i * step,
    end: start + i * step + piece / 16,
  });
  return Array.from({ length: probes }, (_, i) => i).every((i) => sameBytes(part(one, i), part(other, i)));
}
