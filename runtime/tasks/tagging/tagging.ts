import { counted } from "#runtime/contract/numbers.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { sortedLabels } from "#runtime/metrics/labels.ts";
import { areEntityTags } from "#runtime/metrics/tag-schemes.ts";
import { strangeTag, undefinedOfTags } from "#runtime/metrics/undefined-metrics.ts";
import { columnProblems, type MalformedRow, malformed, malformedRows, readColumns } from "../columns.ts";
import type { DecodedFile, TaggedExample, TaskDataOf, TaskExamples, TaskProblem } from "../example.ts";
import { readConll } from "../formats/conll.ts";
import { labelsAlike, labelsWithSpaces, oneLabel, unseenLabels } from "../similar-labels.ts";
import type { TaskDefinitionOf } from "../task-definition.ts";
import { mostFrequentTag } from "./tagging-baseline.ts";
import { scoreTagging, tagItems } from "./tagging-scores.ts";

type TaggingTask = TaskDataOf<"tagging">;

/** A tag for every word of a sentence. */
export const tagging: TaskDefinitionOf<"tagging"> = {
  read: (task, [file], key) => (isJsonLines(task, file!) ? fromJsonLines(task, file!, key) : fromConll(task, file!, key)),
  question: ({ words }) => [words.join(" ")],
  labels: (examples) => sortedLabels(examples.flatMap(({ tags }) => tags)),
  // rare tags that only a test split has cost a little; that is no reason to leave the data set
  check: (splits, labels) => [
    ...oneLabel(labels, "tags"),
    ...labelsAlike(splits, ({ tags }) => tags, "tags"),
    ...unseenLabels(splits, ({ tags }) => tags, labels, "warning"),
  ],
  undefinedMetric: (metric, examples) =>
    undefinedOfTags(
      metric,
      examples.map(({ tags }) => tags),
    ),
  unfitMetric: noEntities,
  shown: ({ words, tags }) => ({ input: words.join(" "), target: tags.join(" ") }),
  constantBaseline: mostFrequentTag,
  score: scoreTagging,
  items: tagItems,
  mainMetric: (labels) => (areEntityTags(labels) ? "entity_f1" : "accuracy"),
};

function noEntities(metric: string, labels: readonly string[]): ReturnType<NonNullable<TaskDefinitionOf<"tagging">["unfitMetric"]>> {
  const strange = metric.startsWith("entity_") ? strangeTag(labels) : undefined;
  if (strange === undefined) return null;
  return {
    code: "tags-mark-no-entities",
    reason: (task) =>
      `is of entities, and ${task} has tags that mark none, such as "${strange}" (known are O and tags such as B-PER, I-PER, ` +
      "E-PER, S-PER, L-PER and U-PER). Write metrics: [accuracy].",
  };
}

function isJsonLines({ data }: TaggingTask, { path }: DecodedFile): boolean {
  return data.format === "jsonl" || (data.format === "auto" && /\.(?:(?:jsonl|ndjson)(?:\.gz|\.zst)?|parquet)$/iu.test(path));
}

/** Without names the first column holds the words and the last the tags. */
function fromConll({ data, words, tags }: TaggingTask, file: DecodedFile, key: Split): TaskExamples<TaggedExample> {
  const { columns, sentences, problems } = readConll(file.text, data);
  const found = malformed({ problems }, file.name, key);
  if (sentences.length === 0) {
    if (found.length > 0) return { examples: [], problems: found };
    return { examples: [], problems: [{ severity: "error", code: "no-examples", message: `${file.name} has no sentences`, key }] };
  }
  const missing = Object.entries({ words, tags }).flatMap(([role, name]) => {
    if (name === null) return [];
    const seen = { columns, line: null, name, isThere: columns.includes(name), reachable: columns, what: "column" as const };
    return columnProblems(role, file.name, seen);
  });
  if (columns.length < 2) {
    const other = [",", ";", "|"].find((separator) => sentences[0]!.tokens.every(([field]) => field!.includes(separator)));
    const remedy = other === undefined ? "" : `; write separator: ${JSON.stringify(other)}`;
    const message = `${file.name}:${sentences[0]!.line}: one column; a word and its tag need two, separated by a tab or spaces${remedy}`;
    return { examples: [], problems: [...found, { severity: "error", code: "missing-column", message, key }] };
  }
  if (missing.length > 0) return { examples: [], problems: [...found, ...missing] };
  const [wordAt, tagAt] = [words === null ? 0 : columns.indexOf(words), tags === null ? columns.length - 1 : columns.indexOf(tags)];
  const examples = sentences.map(({ line, tokens }) => ({
    id: `${file.name}:${line}`,
    words: tokens.map((fields) => fields[wordAt]!),
    tags: tokens.map((fields) => fields[tagAt]!),
  }));
  return trimmed(examples, [...found, ...headerAsSentence(file.name, sentences, key)], key);
}

function fromJsonLines(task: TaggingTask, file: DecodedFile, key: Split): TaskExamples<TaggedExample> {
  const requested = { words: task.words ?? "tokens", tags: task.tags ?? "tags" };
  const { rows, problems } = readColumns({ ...task.data, format: "jsonl" }, file, key, {}, requested);
  const examples: TaggedExample[] = [];
  const noLists: MalformedRow[] = [];
  const unequal: MalformedRow[] = [];
  for (const { id, lists } of rows) {
    const { words, tags } = lists;
    if (!words || !tags) {
      const field = words ? requested.tags : requested.words;
      noLists.push({ id, message: `"${field}" is no list of texts; words and tags are such lists: ["New", "York"]` });
    } else if (words.length !== tags.length) {
      const found = `${counted(words.length, "word")} but ${counted(tags.length, "tag")}`;
      unequal.push({ id, message: `${found}; write one tag for each word, O for words outside of everything` });
    } else examples.push({ id, words, tags });
  }
  const found = [...problems, ...malformedRows("not-a-list", noLists, key), ...malformedRows("lengths-differ", unequal, key)];
  return trimmed(examples, found, key);
}

/** Tags as they are read; words as they are written. */
function trimmed(written: readonly TaggedExample[], problems: readonly TaskProblem[], key: Split): TaskExamples<TaggedExample> {
  const spaces = labelsWithSpaces(
    written.flatMap(({ id, tags }) => tags.map((label) => ({ id, label }))),
    key,
  );
  const examples = written.map((example) => ({ ...example, tags: example.tags.map((tag) => tag.trim()) }));
  return { examples, problems: [...problems, ...spaces, ...emptyTags(examples, key), ...emptyWords(examples, key)] };
}

function emptyWords(examples: readonly TaggedExample[], key: Split): TaskProblem[] {
  const empty = examples.filter(({ words }) => words.some((word) => word.trim() === ""));
  if (empty.length === 0) return [];
  const message = `${empty[0]!.id}: a word is empty (such sentences: ${empty.length}); nothing is read for its tag`;
  return [{ severity: "warning", code: "empty-text", message, key }];
}

/** CoNLL files have no header; one would be read as a word with its tag. */
function headerAsSentence(name: string, sentences: readonly { line: number; tokens: string[][] }[], key: Split): TaskProblem[] {
  const [first] = sentences;
  const fields = first?.tokens[0] ?? [];
  if (!first || !fields.every((field) => nameOfColumn.test(field.trim()))) return [];
  const message = `${name}:${first.line}: the first line holds the columns' names (${fields.join(", ")}), and CoNLL files have none; remove it`;
  return [{ severity: "error", code: "header-read-as-row", message, key }];
}

const nameOfColumn =
  /^(?:#|id|index|sentence(?:[ _]?id)?|words?|tokens?|forms?|text|lemmas?|tags?|labels?|pos|upos|xpos|chunks?|ner|(?:ner|pos|chunk)[ _]tags?|entit(?:y|ies))$/iu;

function emptyTags(examples: readonly TaggedExample[], key: Split): TaskProblem[] {
  const empty = examples.filter(({ tags }) => tags.some((tag) => tag === ""));
  if (empty.length === 0) return [];
  const message = `${empty[0]!.id}: a word has no tag (such sentences: ${empty.length}); write O for words outside of everything`;
  return [{ severity: "error", code: "empty-tag", message, key }];
}
