import { createReadStream, createWriteStream, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { HubError } from "./access.ts";
import { type Checksum, hashFor, type Published } from "./published-hashes.ts";
import { byteCount, differs } from "./verified.ts";

export interface Wanted {
  /** Name for messages: `model.safetensors of owner/tiny`. */
  what: string;
  /** Path of the downloaded file. */
  to: string;
  published: Published & { sum: Checksum };
  /** Requests the content from the hub; null if it has no such file. */
  open(): Promise<Blob | null>;
}

/**
 * Downloads a file to a temporary name and renames it if its content is what the hub published. If the connection breaks, the received part
 * is kept and the next download resumes from it; if that part turns out to be wrong, the download starts again. Throws `HubError`.
 */
export async function fetchFile(requested: Wanted): Promise<void> {
  const part = `${requested.to}.incomplete`;
  makeFolders(dirname(part));
  const before = sizeOf(part);
  const goesOn = before > 0 && before <= requested.published.bytes;
  if (before > 0 && !goesOn) rmSync(part, { force: true });
  let wrong = await fetchInto(part, goesOn ? before : 0, requested);
  if (wrong !== undefined && goesOn) wrong = await fetchInto(part, 0, requested);
  if (wrong !== undefined)
    throw new HubError(
      `${requested.what} was altered on the way: ${wrong}. It was not kept. Download it again; if the error persists, something between this machine and the hub (a proxy, a mirror, HF_ENDPOINT) changes it`,
    );
  renameSync(part, requested.to);
}

/** Downloads into a partial file, and returns what is wrong with the content, in which case the file is removed. */
async function fetchInto(part: string, from: number, { what, published: { bytes, sum }, open }: Wanted): Promise<string | undefined> {
  const hash = hashFor(sum, bytes);
  if (from > 0) for await (const block of createReadStream(part, { end: from - 1 })) hash.update(block as Buffer);
  else writeFileSync(part, "");
  let at = from;
  const counted = new Transform({
    transform(block: Buffer, _, done) {
      at += block.length;
      hash.update(block);
      done(null, block);
    },
  });
  if (from < bytes) {
    const brokeOff = (reason: string) =>
      new HubError(
        `the download of ${what} broke off after ${at.toLocaleString("en-US")} of ${byteCount(bytes)}${reason}. They are kept; the same command resumes from there`,
      );
    try {
      const blob = await open();
      if (!blob) throw new Error("the hub has no such file");
      const stream = (from > 0 ? blob.slice(from) : blob).stream() as ReadableStream;
      await pipeline(Readable.fromWeb(stream), counted, createWriteStream(part, { flags: "r+", start: from }));
    } catch (error) {
      const { cause = error } = error as Error;
      if (at > from) throw brokeOff(` (${(cause as Error).message})`);
      throw error;
    }
    if (at < bytes) throw brokeOff("");
  }
  const found = hash.digest("hex");
  if (at === bytes && found === sum.hex) return undefined;
  rmSync(part, { force: true });
  return at === bytes ? differs(sum, found) : `${byteCount(at)} were received, but it has ${byteCount(bytes)} on the hub`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
