import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

/** What the hub says of a file's content. */
export interface Published {
  bytes: number;
  /** Undefined where it publishes none of the content. */
  sum: Sum | undefined;
}

/** Git's is of the file's size and content, as Git names it; both are hexadecimal. */
export interface Sum {
  kind: "sha256" | "git";
  hex: string;
}

/** As the hub's `paths-info` and its listings have it: a large file's SHA-256, else Git's. What Xet holds has a Git sum of its pointer alone. */
export function publishedOf({
  size,
  oid,
  lfs,
  xetHash,
}: {
  size: number;
  oid?: string;
  lfs?: { oid: string };
  xetHash?: string;
}): Published {
  return { bytes: size, sum: lfs ? sumNamed(lfs.oid) : xetHash === undefined ? sumNamed(oid ?? "") : undefined };
}

/** By its length: files of the cache are named after their sums. Undefined of what is none. */
export function sumNamed(hex: string): Sum | undefined {
  if (/^[0-9a-f]{64}$/.test(hex)) return { kind: "sha256", hex };
  return /^[0-9a-f]{40}$/.test(hex) ? { kind: "git", hex } : undefined;
}

/** @param bytes that will come: Git's begins with them */
export function hashFor({ kind }: Sum, bytes: number): Hash {
  return kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
}

export async function sumOfFile(path: string, sum: Sum, bytes: number): Promise<string> {
  const hash = hashFor(sum, bytes);
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block as Buffer);
  return hash.digest("hex");
}

/** For people. */
export function sumName({ kind }: Sum): string {
  return kind === "sha256" ? "SHA-256" : "SHA-1 in Git's form";
}
