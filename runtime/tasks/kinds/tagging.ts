import { malformed, missingColumn, readColumns } from "../columns.ts";
import type { DecodedFile, TaggedExample, TaskDataOf, TaskExamples, TaskProblem, TaskReader } from "../example.ts";
import { readConll } from "../formats/conll.ts";
import { oneLabel, sortedLabels, unseenLabels } from "../labels.ts";
import { undefinedOfTags } from "../undefined-metrics.ts";

type TaggingTask = TaskDataOf<"tagging">;

/** A tag for every word of a sentence. */
export const tagging: TaskReader<TaggingTask, TaggedExample> = {
  read: (task, [file], key) => (isJsonLines(task, file!) ? fromJsonLines(task, file!, key) : fromConll(task, file!, key)),
  question: ({ words }) => [words.join(" ")],
  labels: (examples) => sortedLabels(examples.flatMap(({ tags }) => tags)),
  // rare tags that only a test split has cost a little; that is no reason to leave the data set
  check: (splits, labels) => [...oneLabel(labels, "tags"), ...unseenLabels(splits, ({ tags }) => tags, labels, "warning")],
  undefinedMetric: (metric, examples) =>
    undefinedOfTags(
      metric,
      examples.map(({ tags }) => tags),
    ),
  shown: ({ words, tags }) => ({ input: words.join(" "), target: tags.join(" ") }),
};

function isJsonLines({ data }: TaggingTask, { path }: DecodedFile): boolean {
  return data.format === "jsonl" || (data.format === "auto" && /\.(?:(?:jsonl|ndjson)(?:\.gz|\.zst)?|parquet)$/iu.test(path));
}

/** Without names the first column holds the words and the last the tags. */
function fromConll(
  { data, words, tags }: TaggingTask,
  file: DecodedFile,
  key: "train" | "validation" | "test",
): TaskExamples<TaggedExample> {
  const { columns, sentences, problems } = readConll(file.text, data);
  const found = malformed({ problems }, file.name, key);
  if (sentences.length === 0) {
    if (found.length > 0) return { examples: [], problems: found };
    return { examples: [], problems: [{ severity: "error", code: "no-examples", message: `${file.name} has no sentences`, key }] };
  }
  const missing = [
    ...(words === null ? [] : missingColumn("words", words, file.name, columns)),
    ...(tags === null ? [] : missingColumn("tags", tags, file.name, columns)),
  ];
  if (columns.length < 2) {
    const message = `${file.name}:${sentences[0]!.line}: one column; a word and its tag need two, parted by a tab or spaces`;
    return { examples: [], problems: [...found, { severity: "error", code: "missing-column", message, key }] };
  }
  if (missing.length > 0) return { examples: [], problems: [...found, ...missing] };
  const [wordAt, tagAt] = [words === null ? 0 : columns.indexOf(words), tags === null ? columns.length - 1 : columns.indexOf(tags)];
  const examples = sentences.map(({ line, tokens }) => ({
    id: `${file.name}:${line}`,
    words: tokens.map((fields) => fields[wordAt]!),
    tags: tokens.map((fields) => fields[tagAt]!.trim()),
  }));
  return { examples, problems: [...found, ...emptyTags(examples, key)] };
}

function fromJsonLines(task: TaggingTask, file: DecodedFile, key: "train" | "validation" | "test"): TaskExamples<TaggedExample> {
  const wanted = { words: task.words ?? "tokens", tags: task.tags ?? "tags" };
  const { rows, problems } = readColumns({ ...task.data, format: "jsonl" }, file, key, {}, wanted);
  const examples: TaggedExample[] = [];
  const found: TaskProblem[] = [...problems];
  for (const { id, lists } of rows) {
    const { words, tags } = lists;
    const fail = (code: string, message: string) => found.push({ severity: "error", code, message: `${id}: ${message}`, key });
    if (!words || !tags) {
      fail("not-a-list", `"${words ? wanted.tags : wanted.words}" is no list of texts; words and tags are such lists: ["New", "York"]`);
    } else if (words.length !== tags.length) fail("lengths-differ", `${words.length} words but ${tags.length} tags`);
    else examples.push({ id, words, tags });
  }
  return { examples, problems: [...found, ...emptyTags(examples, key)] };
}

function emptyTags(examples: readonly TaggedExample[], key: "train" | "validation" | "test"): TaskProblem[] {
  const empty = examples.filter(({ tags }) => tags.some((tag) => tag === ""));
  if (empty.length === 0) return [];
  const message = `${empty[0]!.id}: a word has no tag (such sentences: ${empty.length}); write O for words outside of everything`;
  return [{ severity: "error", code: "empty-tag", message, key }];
}
