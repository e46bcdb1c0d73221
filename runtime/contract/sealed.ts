import { createHash } from "node:crypto";
import * as v from "valibot";
import { type Parsed, parseRecord } from "./record-text.ts";
import { checked } from "./schema.ts";

/* A sealed document ends with the checksum of all that stands before it, so that whoever reads it sees that it is what was written. */

/** The document as text, with its checksum. Two spaces of indentation: people read these files too. */
export function sealedText(value: object): string {
  // as it will be read: without what JSON does not have
  const document = JSON.parse(JSON.stringify(value)) as object;
  return `${JSON.stringify({ ...document, checksum: checksumOf(document) }, null, 2)}\n`;
}

/** A sealed document, as its schema describes it. */
export function parseSealed<T>(text: string, schema: v.GenericSchema<unknown, T>): Parsed<T> {
  const parsed = parseRecord(text, sealed);
  if ("problem" in parsed) return parsed;
  const { checksum, ...document } = parsed.value;
  if (checksum === undefined) return { problem: "it has no checksum: an earlier version wrote it, or something else" };
  if (checksum !== checksumOf(document)) return { problem: "it is not what was written there: its checksum is that of another content" };
  return checked(schema, document);
}

const sealed = v.looseObject({ checksum: v.exactOptional(v.unknown()) });

function checksumOf(document: object): string {
  return createHash("sha256").update(JSON.stringify(document)).digest("hex");
}
