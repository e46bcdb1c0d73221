import { createHash } from "node:crypto";
import { matchesGlob } from "node:path";
import type { DataFormat, TaskSpecOf } from "#runtime/contract/spec.ts";
import type { TextFiles } from "#runtime/tasks/text-files.ts";

/** Files that exist in the test alone. */
export function filesOf(contents: Record<string, string | Uint8Array>): TextFiles {
  const bytesOf = (path: string) => {
    const content = contents[path];
    return content === undefined ? null : Buffer.from(content);
  };
  return {
    read: bytesOf,
    size: (path) => bytesOf(path)?.length ?? null,
    glob: (pattern) => Object.keys(contents).filter((path) => matchesGlob(path, pattern)),
    fingerprint(path) {
      const bytes = bytesOf(path);
      return bytes && { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    },
  };
}

export const plain: DataFormat = { format: "auto", columns: null, separators: null, encoding: "utf-8" };

export const sentiment: TaskSpecOf<"classification"> = {
  kind: "classification",
  train: "train.tsv",
  validation: "dev.tsv",
  test: "test.tsv",
  data: plain,
  text: "sentence",
  second: null,
  label: "polarity",
  metrics: ["accuracy"],
  pool: "mean",
};

/** A table with the header of `sentiment`. */
export function tsv(...rows: [text: string, label: string][]): string {
  return ["sentence\tpolarity", ...rows.map((row) => row.join("\t")), ""].join("\n");
}
