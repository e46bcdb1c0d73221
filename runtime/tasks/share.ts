import { createHash } from "node:crypto";

export type HashedSplit = "train" | "validation" | "test";

/**
 * Which split a text falls into by its SHA-256: so the same text is always in the same split, and adding texts moves no
 * other. A larger validation share moves texts out of training only, never out of the test split. Shares: 0 to 1.
 */
export function splitOf(sha256: Uint8Array, shares: { validation: number; test: number }): HashedSplit {
  const draw = new DataView(sha256.buffer, sha256.byteOffset).getUint32(0) / 2 ** 32;
  if (draw < shares.test) return "test";
  return draw < shares.test + shares.validation ? "validation" : "train";
}

export function sha256(text: string | Uint8Array): Uint8Array {
  return createHash("sha256").update(text).digest();
}
