import { createReadStream, createWriteStream, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { HubError } from "./access.ts";
import { hashFor, type Published, type Sum } from "./published.ts";
import { count, differs } from "./verified.ts";

export interface Wanted {
  /** For messages: `model.safetensors of owner/tiny`. */
  what: string;
  /** Where it belongs. */
  to: string;
  published: Published & { sum: Sum };
  /** The content as the hub sends it. */
  open(): Promise<Blob | null>;
}

/**
 * Downloads a file beside its place and moves it there when its content is what was published. What came before a connection broke is kept,
 * and the next download goes on from there; where that beginning turns out to be wrong, it begins anew. Throws `HubError`.
 */
export async function fetchFile(wanted: Wanted): Promise<void> {
  const part = `${wanted.to}.incomplete`;
  makeFolders(dirname(part));
  const before = sizeOf(part);
  const goesOn = before > 0 && before <= wanted.published.bytes;
  if (before > 0 && !goesOn) rmSync(part, { force: true });
  let wrong = await fetchInto(part, goesOn ? before : 0, wanted);
  if (wrong !== undefined && goesOn) wrong = await fetchInto(part, 0, wanted);
  if (wrong !== undefined)
    throw new HubError(
      `${wanted.what} came altered: ${wrong}. It was not kept. Download it again; where that gives the same, something between here and the hub (a proxy, a mirror, HF_ENDPOINT) changes it`,
    );
  renameSync(part, wanted.to);
}

/** What is wrong with what came, which is removed then. */
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
        `${what} broke off: ${at.toLocaleString("en-US")} of ${count(bytes)} came${reason}. They are kept: the same command goes on from there`,
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
  return at === bytes ? differs(sum, found) : `${count(at)} came, and it has ${count(bytes)} on the hub`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
