import { createHash } from "node:crypto";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import type { TextFiles } from "#runtime/tasks/files.ts";

/** Files that exist in the test alone. */
export function filesOf(contents: Record<string, string | Uint8Array>): TextFiles {
  const bytesOf = (path: string) => {
    const content = contents[path];
    return content === undefined ? null : Buffer.from(content);
  };
  return {
    read: bytesOf,
    fingerprint(path) {
      const bytes = bytesOf(path);
      return bytes && { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    },
  };
}

export const sentiment: TaskSpec = {
  kind: "classification",
  train: "train.tsv",
  validation: "dev.tsv",
  test: "test.tsv",
  text: "sentence",
  label: "polarity",
  metrics: ["accuracy"],
  pool: "mean",
};

/** A table with the header of `sentiment`. */
export function tsv(...rows: [text: string, label: string][]): string {
  return ["sentence\tpolarity", ...rows.map((row) => row.join("\t")), ""].join("\n");
}
