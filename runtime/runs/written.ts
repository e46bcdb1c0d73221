import { createHash } from "node:crypto";
import { closeSync, lstatSync, readdirSync, readSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { FileRecord } from "#runtime/contract/records.ts";
import { openRegular } from "#runtime/machine/regular-file.ts";

/** Computes size and checksum of content that is written in pieces. */
export function contentHash(): { add(bytes: Uint8Array): void; record(): FileRecord } {
  const hash = createHash("sha256");
  let bytes = 0;
  return {
    add(piece) {
      hash.update(piece);
      bytes += piece.length;
    },
    record: () => ({ bytes, sha256: hash.digest("hex") }),
  };
}

/** Size and checksum of a file, read in pieces. */
export function recordOf(path: string): FileRecord {
  const content = contentHash();
  const block = Buffer.alloc(1 << 20);
  const file = openRegular(path);
  try {
    for (let got = readSync(file, block); got > 0; got = readSync(file, block)) content.add(block.subarray(0, got));
  } finally {
    closeSync(file);
  }
  return content.record();
}

/** Caches the checksum of a file that this process wrote, so that it need not be read again. */
export function rememberWritten(path: string, record: FileRecord): void {
  written.set(resolve(path), record);
}

/** The output files of a job by their path within its folder, with `/` between names, without the records that every job has. */
export function filesLeft(folder: string): Record<string, FileRecord> {
  const files: Record<string, FileRecord> = {};
  for (const path of pathsIn(folder)) {
    const name = relative(folder, path).replaceAll("\\", "/");
    if (!isLeft(name)) continue;
    const record = written.get(resolve(path)) ?? recordOf(path);
    rememberWritten(path, record);
    files[name] = record;
  }
  return files;
}

/** How a file differs from its record; undefined if it does not. `content`: whether its content is checked too. */
export function differenceFrom(record: FileRecord, path: string, content: boolean): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return "it is not there any more";
  if (!stat.isFile()) return "it is not a file any more";
  if (stat.size !== record.bytes) return `it has ${stat.size} bytes, and was left with ${record.bytes}`;
  if (content && recordOf(path).sha256 !== record.sha256) return "its content is not what was left there";
  return undefined;
}

const written = new Map<string, FileRecord>();

/** Whether a file is an output of the job: not a record that every job has, nor a file of someone else. */
function isLeft(name: string): boolean {
  if (/^(job\.json|events\.jsonl|manifest\.json|result\.json|log\.txt)$/.test(name)) return false;
  return /^(kept\/)?\w[\w-]*\.(txt|index|json|jsonl|bin|safetensors)$/.test(name);
}

function pathsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
