import { createHash } from "node:crypto";
import * as v from "valibot";
import { type Parsed, parseRecord } from "./record-text.ts";
import { checked } from "./schema.ts";

/* A sealed document ends with the checksum of everything before it, so that readers can detect changes. */

/** The document as text, with its checksum. Indented by two spaces, since people read these files too. */
export function sealedText(value: object): string {
  // as a reader will parse it: without values that JSON does not have
  const document = JSON.parse(JSON.stringify(value)) as object;
  return `${JSON.stringify({ ...document, checksum: checksumOf(document) }, null, 2)}\n`;
}

/** Parses a sealed document, verifies its checksum and checks it against a schema. */
export function parseSealed<T>(text: string, schema: v.GenericSchema<unknown, T>): Parsed<T> {
  const parsed = parseRecord(text, sealed);
  if ("problem" in parsed) return parsed;
  const { checksum, ...document } = parsed.value;
  if (checksum === undefined) return { problem: "it has no checksum: an earlier version or another program wrote it" };
  if (checksum !== checksumOf(document)) return { problem: "it was changed after it was written: its checksum does not match its content" };
  return checked(schema, document);
}

const sealed = v.looseObject({ checksum: v.exactOptional(v.unknown()) });

function checksumOf(document: object): string {
  return createHash("sha256").update(JSON.stringify(document)).digest("hex");
}
