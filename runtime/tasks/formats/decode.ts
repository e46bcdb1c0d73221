import type { DataFormat } from "#runtime/contract/spec.ts";

/** The text of a file's bytes, without byte order mark; that they are valid is checked before (`checks/files.ts`). */
export function decode(bytes: Uint8Array, encoding: DataFormat["encoding"]): string {
  // what the web calls Latin-1 is Windows-1252
  return encoding === "latin-1" ? Buffer.from(bytes).toString("latin1") : new TextDecoder(encoding).decode(bytes);
}
