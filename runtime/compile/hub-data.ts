import type { CorpusSpec, Spec } from "#runtime/contract/spec.ts";
import type { Files } from "./files.ts";

/**
 * Of a data set's files, by their paths in its repository, those that a corpus reads: what the patterns match; without patterns texts
 * and tables, of the training split alone where the names tell splits.
 */
export function chosenData(paths: readonly string[], patterns: readonly string[] | null): string[] {
  if (patterns) {
    const expressions = patterns.map(expressionOf);
    return paths.filter((path) => expressions.some((expression) => expression.test(path)));
  }
  const readable = paths.filter((path) => /\.(?:txt|jsonl|ndjson|csv|tsv|parquet)(?:\.gz|\.zst)?$/iu.test(path));
  const training = readable.filter((path) => /(?:^|[^a-z])train(?:ing)?(?:[^a-z]|$)/iu.test(path));
  return training.length > 0 ? training : readable;
}

/** `*` and `?` stand for what is no slash, `**` for any folders. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*\*|\*|\?)/u).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replace(/[.+^${}()|[\]\\]/gu, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "u");
}

/** The specification with the files of its data sets of the hub in place, where they are here. */
export function withHubData(spec: Spec, files: Files): Spec {
  const corpora = Object.entries(spec.corpora).map(([name, corpus]): [string, CorpusSpec] => [
    name,
    { ...corpus, ...filesHere(corpus, files) },
  ]);
  return { ...spec, corpora: Object.fromEntries(corpora) };
}

function filesHere({ hub }: CorpusSpec, files: Files): Partial<CorpusSpec> {
  const data = hub && files.hubData(hub.name);
  if (!data) return {};
  const paths = chosenData(data.paths, hub.files).map((path) => `${data.folder}/${path}`);
  return paths.every((path) => files.size(path) !== null) ? { files: paths.sort() } : {};
}
