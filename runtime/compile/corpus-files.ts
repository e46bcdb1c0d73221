import { textFormatOf } from "#runtime/contract/formats.ts";
import type { CorpusSpec } from "#runtime/contract/spec.ts";
import { beginningFlaws } from "#runtime/tasks/checks/beginning.ts";
import type { DataFlaw } from "#runtime/tasks/checks/data-check.ts";
import { beginning } from "#runtime/tasks/checks/file-checks.ts";
import { unpackedStart } from "#runtime/tasks/formats/decompress.ts";
import type { Files } from "./planning-files.ts";

/** Problems of a corpus file that its beginning shows; the job that reads the whole file reports the rest. */
export function flawsOfCorpusFile(path: string, corpus: CorpusSpec, files: Files): DataFlaw[] {
  const { compressed, table } = textFormatOf(path);
  if (table === ".parquet") return [];
  const max = compressed === null ? beginning : packed;
  const start = files.start(path, max);
  if (!start || start.length === 0) return [];
  const bytes = unpackedStart(start, compressed)?.subarray(0, beginning);
  return bytes ? beginningFlaws({ path, bytes, isWhole: compressed === null && start.length < max, corpus }) : [];
}

/** Bytes read of a compressed file: a few kilobytes unpack to at most a few megabytes. */
const packed = 1 << 12;

/** Maximum number of files of a corpus that are checked, spread evenly over all. */
const maxFiles = 40;

export function someOf(paths: readonly string[]): string[] {
  if (paths.length <= maxFiles) return [...paths];
  return Array.from({ length: maxFiles }, (_, i) => paths[Math.floor((i * paths.length) / maxFiles)]!);
}
