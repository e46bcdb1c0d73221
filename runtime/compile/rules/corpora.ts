import { textFormatOf } from "#runtime/contract/formats.ts";
import { groupBy } from "#runtime/contract/group.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import type { CorpusSpec } from "#runtime/contract/spec.ts";
import { placeIn } from "#runtime/tasks/checks/data-check.ts";
import { flawsOfCorpusFile, someOf } from "../corpus-files.ts";
import { chosenData, dataNotHere } from "../hub-data.ts";
import { bytesIn, type Files, filesOf } from "../planning-files.ts";
import { error, percent, type Rule } from "./rule.ts";

/** The splits of a corpus must leave text to train on, and its patterns must match files with text. */
export const corpora: Rule = ({ spec, files }) =>
  Object.entries(spec.corpora).flatMap(([name, corpus]) => {
    const { validation, test } = corpus.split;
    const notDownloaded = corpus.hub && corpus.files.length === 0 ? [notHere(name, corpus.hub, files)] : [];
    const missing = corpus.files.flatMap((pattern, index) =>
      files.glob(pattern).length > 0
        ? []
        : [
            error(
              "missing-file",
              ["corpora", name, "files", index],
              `No file matches ${pattern}. Name text files by a path or pattern relative to this file.`,
            ),
          ],
    );
    const empty =
      notDownloaded.length === 0 && missing.length === 0 && bytesIn(corpus.files, files) === 0
        ? [error("empty-corpus", ["corpora", name, "files"], `The files of ${name} are empty. Name files with text in them.`)]
        : [];
    const split =
      validation + test < 1 - 1e-9
        ? []
        : [
            error(
              "split-too-large",
              ["corpora", name, "split"],
              `Validation (${percent(validation)}) and test (${percent(test)}) leave nothing of ${name} to train on. Together they must stay below 100%.`,
            ),
          ];
    const formats = unreadable(name, corpus, files);
    const contents = formats.length > 0 ? [] : ofContents(name, corpus, files);
    return [...notDownloaded, ...missing, ...empty, ...split, ...formats, ...contents, ...unusedColumn(name, corpus, files)];
  });

function notHere(name: string, { name: hub, files: patterns }: NonNullable<CorpusSpec["hub"]>, files: Files): Problem {
  const data = files.hubData(hub);
  const missing = { hub, patterns, paths: data && chosenData(data.paths, patterns), all: data?.paths ?? [] };
  return dataNotHere(missing, ["corpora", name, patterns && data ? "data_files" : "hub"]);
}

/** Problems that the beginnings of the files show: one of each kind, at the pattern that matches the file. */
function ofContents(name: string, corpus: CorpusSpec, files: Files): Problem[] {
  const found = corpus.files.flatMap((pattern, index) => {
    const at = corpus.hub ? ["corpora", name, "hub"] : ["corpora", name, "files", index];
    return someOf(files.glob(pattern)).flatMap((path) => flawsOfCorpusFile(path, corpus, files).map((flaw) => ({ path, at, flaw })));
  });
  return [...groupBy(found, ({ flaw }) => flaw.code).values()].map((of) => {
    const { path, at, flaw } = of[0]!;
    const more = of.length > 1 ? ` (such files: ${of.length})` : "";
    const isOfColumn = (flaw.code === "missing-column" || flaw.code === "column-twice") && corpus.column !== null;
    const message = `${placeIn(path, flaw)}: ${flaw.message}${more}.`;
    return { severity: flaw.severity, code: flaw.code, path: isOfColumn ? ["corpora", name, "column"] : at, message };
  });
}

/** Files in a format that is neither text nor a supported table. */
function unreadable(name: string, corpus: CorpusSpec, files: Files): Problem[] {
  return corpus.files.flatMap((pattern, index) => {
    const path = files.glob(pattern).find((each) => notText.test(each));
    if (path === undefined) return [];
    const ending = notText.exec(path)![0];
    return [
      error(
        "unknown-format",
        ["corpora", name, "files", index],
        `${path}: ${ending} files are not supported. Use text, .jsonl (one JSON object per line), .csv, .tsv or .parquet, which may be compressed (.gz, .zst).`,
      ),
    ];
  });
}

const notText = /\.(?:json|zip|tar|tgz|bz2|xz|7z|rar|pdf|docx?|xlsx?|arrow|feather|parquet\.\w+)$/iu;

function unusedColumn(name: string, corpus: CorpusSpec, files: Files): Problem[] {
  const paths = filesOf(corpus.files, files);
  if (corpus.column === null || paths.length === 0 || paths.some((path) => textFormatOf(path).table !== null)) return [];
  return [
    error(
      "column-not-used",
      ["corpora", name, "column"],
      `The files of ${name} are plain text and have no columns. Omit column, or name .jsonl, .csv, .tsv or .parquet files.`,
    ),
  ];
}
