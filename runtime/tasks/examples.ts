import { basename } from "node:path";
import { textFormatOf } from "#runtime/contract/formats.ts";
import type { DataFiles, Split } from "#runtime/contract/spec.ts";
import { firstFlaw, placeIn } from "./checks/data-check.ts";
import { type FileSeen, fileChecks } from "./checks/file-checks.ts";
import type { DecodedFile, TaskData, TaskExamples, TaskProblem } from "./example.ts";
import { decode } from "./formats/decode.ts";
import { decompressed, moreThanHeld } from "./formats/decompress.ts";
import { type HashedSplit, sha256, splitOf } from "./share.ts";
import { definitionOf } from "./task-definitions.ts";

/** The whole content; null if there is no file. A file that is too large for memory is not read. */
export type ReadFile = (path: string) => Uint8Array | null | "too large";

/** The examples of one split. A share is split off the training file by the hash of each question: the same one is never in two. */
export function readExamples(task: TaskData, split: Split, read: ReadFile): TaskExamples {
  return exampleReader(task, read)(split);
}

/** As `readExamples`, for several splits: a file that more than one of them comes from is read once. */
export function exampleReader(task: TaskData, read: ReadFile): (split: Split) => TaskExamples {
  const shares = { validation: shareOf(task.validation), test: shareOf(task.test) };
  const { question } = definitionOf(task.kind);
  const known = new Map<Split, TaskExamples>();
  const fileOf = (key: Split): TaskExamples => {
    const found = known.get(key) ?? readFiles(task, key, read);
    known.set(key, found);
    return found;
  };
  let drawn: HashedSplit[] | undefined;
  return (split) => {
    if (split !== "train" && typeof task[split] !== "number") return fileOf(split);
    const file = fileOf("train");
    drawn ??= file.examples.map((example) => splitOf(sha256(question(example).join("\t")), shares));
    return { ...file, examples: file.examples.filter((_, index) => drawn?.[index] === split) };
  };
}

/** The files that a setting names; none where it is a share, or where they are on the hub. */
export function pathsOf(files: DataFiles | number | null): string[] {
  return readTogether(files).flat();
}

/** Files in the order in which they are read; aligned ones are read as one. */
function readTogether(files: DataFiles | number | null): string[][] {
  if (files === null || typeof files === "number") return [];
  if (typeof files === "string") return [[files]];
  if ("hub" in files) return [];
  return "source" in files ? [[files.source, files.target]] : files.map((path) => [path]);
}

function shareOf(value: DataFiles | number | null): number {
  return typeof value === "number" ? value : 0;
}

function readFiles(task: TaskData, key: Split, read: ReadFile): TaskExamples {
  const found = readTogether(task[key]).map((paths): TaskExamples => {
    const decoded = paths.map((path) => readFile(task, path, key, read));
    const problems = decoded.filter((each) => "code" in each);
    return problems.length > 0
      ? { examples: [], problems }
      : definitionOf(task.kind).read(
          task,
          decoded.filter((each) => "text" in each),
          key,
        );
  });
  return { examples: found.flatMap(({ examples }) => examples), problems: found.flatMap(({ problems }) => problems) };
}

function readFile(task: TaskData, path: string, key: Split, read: ReadFile): DecodedFile | TaskProblem {
  const bytes = read(path);
  if (bytes === null) return { severity: "error", code: "missing-file", message: `${path} is not there`, key };
  if (bytes === "too large") return { severity: "error", code: "unreadable-file", message: `${path} has ${moreThanHeld}`, key };
  const content = decompressed(path, bytes);
  if ("message" in content) return { severity: "error", code: "unreadable-file", message: content.message, key };
  const isRows = textFormatOf(path).table === ".parquet";
  const encoding = isRows ? "utf-8" : task.data.encoding;
  const seen: FileSeen = { bytes: content.bytes, isWhole: true, encoding, reader: "task", content: contentOf(task, path) };
  const flaw = isRows ? null : firstFlaw(fileChecks, "task", seen);
  if (flaw) return { severity: flaw.severity, code: flaw.code, message: `${placeIn(path, flaw)}: ${flaw.message}`, key };
  return { path, name: basename(path), text: decode(content.bytes, encoding) };
}

function contentOf({ kind, data }: TaskData, path: string): FileSeen["content"] {
  const { table } = textFormatOf(path);
  if (data.format === "jsonl" || (data.format === "auto" && (table === ".jsonl" || table === ".ndjson"))) return "json-lines";
  return kind === "span_question_answering" ? "document" : "table";
}
