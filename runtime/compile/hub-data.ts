import type { Problem } from "#runtime/contract/problem.ts";
import {
  type CorpusSpec,
  type DataFiles,
  type HubFiles,
  type Ref,
  type Spec,
  type Split,
  type TaskSpec,
  tableOf,
} from "#runtime/contract/spec.ts";
import { resolveTask, type TaskReading } from "#runtime/tasks/resolve-task.ts";
import type { Files } from "./planning-files.ts";
import { error } from "./rules/rule.ts";

/** Words in file names that indicate a split. */
const splitWords: Readonly<Record<Split, RegExp>> = {
  train: wordIn("train(?:ing)?"),
  validation: wordIn("valid(?:ation)?|val|dev"),
  test: wordIn("test|eval"),
};

function wordIn(words: string): RegExp {
  return new RegExp(`(?:^|[^a-z])(?:${words})(?:[^a-z]|$)`, "iu");
}

/**
 * Selects the files of a data set that are read, by their paths in its repository: those that match the patterns; without patterns, texts
 * and tables, and only those of the split if file names indicate splits.
 */
export function chosenData(paths: readonly string[], patterns: readonly string[] | null, split: Split = "train"): string[] {
  if (patterns) {
    const expressions = patterns.map(expressionOf);
    return paths.filter((path) => expressions.some((expression) => expression.test(path)));
  }
  const readable = paths.filter((path) => /\.(?:txt|jsonl|ndjson|csv|tsv|parquet)(?:\.gz|\.zst)?$/iu.test(path));
  const own = readable.filter((path) => splitWords[split].test(path));
  return own.length > 0 || split !== "train" ? own : readable;
}

/** A pattern as a regular expression: `*` and `?` match anything but slashes, `**` matches any folders. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*\*|\*|\?)/u).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replace(/[.+^${}()|[\]\\]/gu, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "u");
}

/** The specification with the downloaded files of its data sets of the hub filled in. */
export function withHubData(spec: Spec, files: Files): Spec {
  const corpora = Object.entries(spec.corpora).map(([name, corpus]): [string, CorpusSpec] => [
    name,
    { ...corpus, ...filesHere(corpus, files) },
  ]);
  return { ...spec, corpora: tableOf(corpora) };
}

function filesHere({ hub }: CorpusSpec, files: Files): Partial<CorpusSpec> {
  const data = hub && files.hubData(hub.name);
  if (!data) return {};
  const paths = chosenData(data.paths, hub.files).map((path) => `${data.folder}/${path}`);
  return paths.every((path) => files.size(path) !== null) ? { files: paths.sort() } : {};
}

const splits = ["train", "validation", "test"] as const;

/** The files of data sets of the hub that a task reads, each with its split. */
export function hubFilesOf(task: TaskSpec): { split: Split; from: HubFiles }[] {
  return splits.flatMap((split) => {
    const from = task[split];
    return isOfHub(from) ? [{ split, from }] : [];
  });
}

function isOfHub(files: DataFiles | number | null): files is HubFiles {
  return typeof files === "object" && files !== null && "hub" in files;
}

/** As `resolveTask`, with the downloaded files of data sets of the hub filled in. */
export function readTaskHere(declared: TaskSpec, key: Ref, files: Files): TaskReading {
  let task = declared;
  const problems: Problem[] = [];
  for (const { split, from } of hubFilesOf(declared)) {
    const data = files.hubData(from.hub);
    const paths = data ? chosenData(data.paths, from.files, split) : [];
    const here = paths.map((path) => `${data!.folder}/${path}`).sort();
    if (here.length > 0 && here.every((path) => files.size(path) !== null)) task = { ...task, [split]: here } as TaskSpec;
    else
      problems.push(
        dataNotHere({ hub: from.hub, patterns: from.files, paths: data && paths, all: data?.paths ?? [] }, ["tasks", key, split]),
      );
  }
  if (problems.length === 0) return resolveTask(task, key, files);
  return { task: null, problems, sizes: { train: 0, validation: 0, test: 0 }, characters: 0, longestBytes: 0 };
}

interface MissingData {
  hub: string;
  patterns: readonly string[] | null;
  /** Paths of its files that would be read; null: it was never downloaded. */
  paths: readonly string[] | null;
  all: readonly string[];
}

/** The problem that a data set of the hub has no files to read. */
export function dataNotHere({ hub, patterns, paths, all }: MissingData, at: Problem["path"]): Problem {
  if (!paths || paths.length > 0) {
    const message = `The data set ${hub} of the hub was not downloaded yet. pretrain run downloads it, as does pretrain download --dataset ${hub}.`;
    return error("data-not-here", at, message);
  }
  const some = all.slice(0, 5).join(", ");
  const what = patterns ? `that match ${patterns.join(", ")}` : "of text, .jsonl, .csv, .tsv or .parquet";
  const message = `The data set ${hub} has no files ${what}; it has ${some}${all.length > 5 ? ", …" : ""}. Name files with data_files.`;
  return error("no-data-files", at, message);
}
