import { basename } from "node:path";
import { closest } from "fastest-levenshtein";
import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { type HashedSplit, sha256, splitOf } from "./share.ts";
import { readTable, type TableFile } from "./table-file.ts";
import { decodeUtf8 } from "./utf8.ts";

/** One labelled text. */
export interface TaskExample {
  text: string;
  label: string;
  /** File name and line: `train.tsv:17`. */
  id: string;
}

/** What is wrong with a task's files; `key` of the task's declaration is where to show it. */
export interface TaskProblem {
  severity: "error" | "warning";
  code: string;
  message: string;
  key: "train" | "validation" | "test" | "text" | "label";
  fixes?: string[];
}

export type TaskFiles = Pick<ResolvedTask, "train" | "validation" | "test" | "text" | "label">;

export interface TaskExamples {
  examples: TaskExample[];
  problems: TaskProblem[];
}

/** The examples of one split. A share is split off the training file by the hash of each text: the same text never lies in two. */
export function readExamples(task: TaskFiles, split: Split, read: (path: string) => Uint8Array | null): TaskExamples {
  return exampleReader(task, read)(split);
}

/** As `readExamples`, for several splits: a file that more than one of them comes from is read once. */
export function exampleReader(task: TaskFiles, read: (path: string) => Uint8Array | null): (split: Split) => TaskExamples {
  const shares = { validation: shareOf(task.validation), test: shareOf(task.test) };
  const known = new Map<Split, TaskExamples>();
  const fileOf = (key: Split): TaskExamples => {
    const found = known.get(key) ?? readTaskFile(task, key, read);
    known.set(key, found);
    return found;
  };
  let drawn: HashedSplit[] | undefined;
  return (split) => {
    if (typeof task[split] === "string" && split !== "train") return fileOf(split);
    const file = fileOf("train");
    drawn ??= file.examples.map(({ text }) => splitOf(sha256(text), shares));
    return { ...file, examples: file.examples.filter((_, index) => drawn?.[index] === split) };
  };
}

function shareOf(value: string | number): number {
  return typeof value === "number" ? value : 0;
}

function readTaskFile(task: TaskFiles, key: Split, read: (path: string) => Uint8Array | null): TaskExamples {
  const path = task[key] as string;
  const fail = (code: string, message: string): TaskExamples => ({ examples: [], problems: [{ severity: "error", code, message, key }] });
  const bytes = read(path);
  if (bytes === null) return fail("missing-file", `${path} is not there`);
  const decoded = decodeUtf8(bytes);
  if ("invalidAt" in decoded) {
    return fail("invalid-utf8", `${path}: the byte at offset ${decoded.invalidAt} is not valid UTF-8; save the file as UTF-8`);
  }
  return examplesOf(task, key, readTable(path, decoded.text));
}

function examplesOf(task: TaskFiles, key: Split, table: TableFile): TaskExamples {
  const file = basename(task[key] as string);
  const problems = malformed(table, file, key);
  if (table.rows.length === 0) {
    if (problems.length > 0) return { examples: [], problems };
    return { examples: [], problems: [{ severity: "error", code: "no-examples", message: `${file} has no rows below its header`, key }] };
  }
  const missing = (["text", "label"] as const).flatMap((column) => missingColumn(task, column, file, table.columns));
  if (missing.length > 0) return { examples: [], problems: [...problems, ...missing] };
  const textColumn = table.columns.indexOf(task.text);
  const labelColumn = table.columns.indexOf(task.label);
  const examples = table.rows.map(({ line, values }) => ({
    text: values[textColumn] ?? "",
    label: (values[labelColumn] ?? "").trim(),
    id: `${file}:${line}`,
  }));
  return { examples, problems: [...problems, ...emptyFields(examples, task, key)] };
}

const shownRows = 3;

function malformed({ problems }: TableFile, file: string, key: Split): TaskProblem[] {
  return problems.slice(0, shownRows).map(({ line, column, message }, i) => {
    const more = i === shownRows - 1 && problems.length > shownRows ? ` (and ${problems.length - shownRows} more such lines)` : "";
    return { severity: "error", code: "malformed-file", message: `${file}:${line}:${column}: ${message}${more}`, key };
  });
}

function missingColumn(task: TaskFiles, key: "text" | "label", file: string, columns: string[]): TaskProblem[] {
  const name = task[key];
  if (columns.includes(name)) return [];
  const nearest = closest(name, columns);
  const message = `${file} has no column "${name}"; it has ${columns.map((column) => `"${column}"`).join(", ")}; nearest is "${nearest}"`;
  return [{ severity: "error", code: "missing-column", message, key, fixes: [nearest] }];
}

function emptyFields(examples: readonly TaskExample[], task: TaskFiles, key: Split): TaskProblem[] {
  const noLabel = examples.filter(({ label }) => label === "");
  const noText = examples.filter(({ text }) => text.trim() === "");
  const problems: TaskProblem[] = [];
  if (noLabel.length > 0) {
    const message = `${noLabel[0]?.id}: the label "${task.label}" is empty (rows without a label: ${noLabel.length}); fill it in or remove the row`;
    problems.push({ severity: "error", code: "empty-label", message, key });
  }
  if (noText.length > 0) {
    const message = `${noText[0]?.id}: the text "${task.text}" is empty (rows without text: ${noText.length})`;
    problems.push({ severity: "warning", code: "empty-text", message, key });
  }
  return problems;
}
