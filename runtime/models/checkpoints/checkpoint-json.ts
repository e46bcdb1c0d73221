import type { SeenFiles } from "#runtime/contract/seen-files.ts";
import { CheckpointError } from "../families/config.ts";

/** The advice for incomplete files. */
export const copyAgain = "Download or copy the checkpoint again";

/** The JSON object in a file of a checkpoint. Throws `CheckpointError`. */
export function jsonIn(path: string, maxBytes: number, files: SeenFiles): Record<string, unknown> {
  const bytes = (files.size(path) ?? 0) > maxBytes ? undefined : files.read(path);
  if (bytes === undefined) throw new CheckpointError(`${path} has more than ${maxBytes / 1e6} MB, more than any such file. ${copyAgain}`);
  if (bytes === null) throw new CheckpointError(`${path} cannot be read: it is not a file. ${copyAgain}`);
  if (isDeep(bytes)) throw new CheckpointError(`${path} is nested more than ${deepest} deep, more than any such file. ${copyAgain}`);
  return objectIn(new TextDecoder().decode(bytes), path);
}

export const deepest = 1000;

/** Whether brackets are nested too deeply, as in JSON; a backslash escapes the next byte. */
export function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x5c) at++;
    else if (byte === 0x22) inText = !inText;
    else if (!inText && (byte === 0x5b || byte === 0x7b)) depth++;
    else if (!inText && (byte === 0x5d || byte === 0x7d)) depth--;
    if (depth > deepest) return true;
  }
  return false;
}

function objectIn(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(`${path} is not JSON: ${(error as Error).message}. ${copyAgain}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CheckpointError(`${path} is not a JSON object. ${copyAgain}`);
}
