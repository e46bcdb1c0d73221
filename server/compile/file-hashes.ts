import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { fileSign } from "#runtime/contract/file-sign.ts";
import { parseRecord } from "#runtime/contract/record-text.ts";
import { type KnownContent, knownContents } from "#runtime/contract/records.ts";
import { readRegularText } from "#runtime/machine/regular-file.ts";

/** SHA-256 hashes of files in hexadecimal. Each version of a file is read once, large files in the background. */
export interface FileHashes {
  /** The file's hash; `unread` until a large file has been read. */
  hashOf(path: string, stat: FileStat): string;
  isKnown(path: string, stat: FileStat): boolean;
  /** Adds the hashes in the command line's cache file. Hashes that are already known are kept. */
  takeOver(path: string): void;
}

/** Placeholder for the SHA-256 of a file that is still being read. */
export const unread = "being read";

export interface FileStat {
  /** In bytes. */
  size: number;
  /** A text that changes when the file does. */
  sign: string;
}

export interface HashEvents {
  /** Called when no file is being read any more. */
  onRead(): void;
  /** Called when a file disappeared while it was being read. */
  onGone(path: string): void;
}

export function fileHashes({ onRead, onGone }: HashEvents): FileHashes {
  const hashes = new Map<string, KnownContent>();
  const reading = new Set<string>();
  const caches = new Map<string, string>();
  const mayReadNow = readingBudget();

  return {
    hashOf(path, { size, sign }) {
      const known = hashes.get(path);
      if (known?.sign === sign) return known.sha256;
      if (!mayReadNow(size)) {
        void readLater(path, { size, sign });
        return unread;
      }
      const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
      hashes.set(path, { sign, bytes: size, sha256 });
      return sha256;
    },
    isKnown: (path, { sign }) => hashes.get(path)?.sign === sign,
    takeOver(path) {
      const stat = statFile(path);
      if (!stat || caches.get(path) === stat.sign) return;
      caches.set(path, stat.sign);
      for (const [file, hashed] of Object.entries(readCache(path))) if (!hashes.has(file)) hashes.set(file, hashed);
    },
  };

  async function readLater(path: string, { size, sign }: FileStat): Promise<void> {
    if (reading.has(path)) return;
    reading.add(path);
    try {
      const hash = createHash("sha256");
      for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block as Buffer);
      hashes.set(path, { sign, bytes: size, sha256: hash.digest("hex") });
    } catch {
      onGone(path);
    }
    reading.delete(path);
    if (reading.size === 0) onRead();
  }
}

/** Undefined if the path is not a regular file. */
export function statFile(path: string): FileStat | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
    return stat?.isFile() ? { size: Number(stat.size), sign: fileSign(stat) } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Limits the bytes of small files read per second, so that typing is never delayed. The result tells whether a file of a given size still
 * fits.
 */
function readingBudget(): (bytes: number) => boolean {
  let spent = { bytes: 0, since: 0 };
  return (bytes) => {
    const now = performance.now();
    if (now - spent.since > 1000) spent = { bytes: 0, since: now };
    spent.bytes += bytes;
    return spent.bytes <= bytesASecond;
  };
}

const bytesASecond = 8_000_000;

/** Reads the cache; a damaged one counts as empty, because it can be rebuilt. */
function readCache(path: string): Record<string, KnownContent> {
  try {
    const read = parseRecord(readRegularText(path), knownContents);
    return "value" in read ? read.value : {};
  } catch {
    return {};
  }
}
