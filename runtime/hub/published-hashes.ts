import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Size and checksum of a file, as the hub publishes them. */
export interface Published {
  bytes: number;
  /** Undefined if it publishes no checksum of the content. */
  sum: Checksum | undefined;
}

/** A checksum in hexadecimal: SHA-256 of the content, or Git's SHA-1 of the size and content. */
export interface Checksum {
  kind: "sha256" | "git";
  hex: string;
}

/** Reads an entry of the hub's `paths-info` or listings: SHA-256 for large files, else Git's. For files in Xet, Git's is of the pointer. */
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

/** The checksum in the name of a cached file, whose kind follows from its length; undefined if the name is not a checksum. */
export function sumNamed(hex: string): Checksum | undefined {
  if (/^[0-9a-f]{64}$/.test(hex)) return { kind: "sha256", hex };
  return /^[0-9a-f]{40}$/.test(hex) ? { kind: "git", hex } : undefined;
}

/** @param bytes size of the content, which Git's hash starts with */
export function hashFor({ kind }: Checksum, bytes: number): Hash {
  return kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
}

export async function sumOfFile(path: string, sum: Checksum, bytes: number): Promise<string> {
  const hash = hashFor(sum, bytes);
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block as Buffer);
  return hash.digest("hex");
}

/** The name of a kind of checksum, for messages. */
export function sumName({ kind }: Checksum): string {
  return kind === "sha256" ? "SHA-256" : "SHA-1 in Git's form";
}
