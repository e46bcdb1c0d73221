import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import { readExamples } from "#runtime/tasks/examples.ts";
import { resolveTask } from "#runtime/tasks/resolve-task.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { filesOf, plain, sentiment, tsv } from "./helpers.ts";

/** What can be wrong with the files of each kind of task: always with its place, never a crash. */

const shares = { validation: 0.2, test: 0.2, data: plain, metrics: [] as string[] };
const pairs = {
  ...shares,
  kind: "pair_classification",
  train: "p.csv",
  text: "one",
  second: "two",
  label: "label",
  pool: "mean",
} satisfies TaskSpec;
const numbers = {
  ...shares,
  kind: "regression",
  train: "n.csv",
  text: "text",
  second: null,
  value: "value",
  pool: "mean",
} satisfies TaskSpec;
const tagged = { ...shares, kind: "tagging", train: "t.conll", words: null, tags: null } satisfies TaskSpec;
const choice = {
  ...shares,
  kind: "multiple_choice",
  train: "c.jsonl",
  question: "question",
  choices: ["choices"],
  answer: "answer",
  firstNumber: 0,
  pool: "mean",
} satisfies TaskSpec;
const questions = {
  ...shares,
  kind: "span_question_answering",
  train: "q.json",
  data: { ...plain, format: "squad" },
  stride: null,
  longestAnswer: 30,
} satisfies TaskSpec;
const writing = {
  ...shares,
  kind: "translation",
  train: { source: "a.en", target: "a.de" },
  source: "source",
  target: "target",
  prefix: "",
  beams: 1,
  longest: 20,
} satisfies TaskSpec;
const minimal = {
  kind: "minimal_pairs",
  train: null,
  validation: null,
  test: ["*.jsonl"],
  data: plain,
  metrics: [],
  good: "good",
  bad: "bad",
  group: null,
} satisfies TaskSpec;

const firstOf = (spec: TaskSpec, files: Record<string, string | Uint8Array>) => {
  const { task, problems } = resolveTask(spec, "t", filesOf(files));
  const [first] = problems.filter(({ severity }) => severity === "error");
  return { task, code: first?.code, at: first?.path.at(-1), message: first?.message };
};

const squad = (answer: string, start: number) =>
  JSON.stringify(
    {
      data: [
        {
          paragraphs: [
            { context: "It rained 🌧 in Paris.", qas: [{ id: "q1", question: "Where?", answers: [{ text: answer, answer_start: start }] }] },
          ],
        },
      ],
    },
    null,
    1,
  );

test.each<[string, TaskSpec, Record<string, string | Uint8Array>, string, string | RegExp]>([
  [
    "a missing column of a pair",
    pairs,
    { "p.csv": "one,tow,label\na,b,x\n" },
    "missing-column",
    'p.csv:1: no column "two"; it has "one", "tow", "label"; nearest is "tow"',
  ],
  ["a ragged row", pairs, { "p.csv": "one,two,label\na,b,x\na,b\n" }, "malformed-file", /^p\.csv:3:1: 2 fields in a table of 3 columns/],
  [
    "a broken JSON line",
    choice,
    { "c.jsonl": '{"question": "q", "choices": ["a", "b"], "answer": 0}\n{"question": \n' },
    "malformed-file",
    /^c\.jsonl:2:\d+: not JSON/,
  ],
  [
    "a value that is no number",
    numbers,
    { "n.csv": "text,value\na,1\nb,much\n" },
    "not-a-number",
    'n.csv:3: the value "much" is no number; write it such as 12, -0.5 or 1e-3 (rows with such values: 1)',
  ],
  [
    "a value in a notation of programs",
    numbers,
    { "n.csv": "text,value\na,1\nb,0x10\nc,0b11\n" },
    "not-a-number",
    'n.csv:3: the value "0x10" is no number; write it such as 12, -0.5 or 1e-3 (rows with such values: 2)',
  ],
  [
    "values that 32 bits cannot hold",
    numbers,
    { "n.csv": "text,value\na,1\nb,1e308\nc,-1e308\n" },
    "value-too-large",
    /^n\.csv:3: the value "1e308" is too large: .* write all values in a larger unit \(rows with such values: 2\)$/,
  ],
  [
    "values that are too near to each other for 32 bits",
    numbers,
    { "n.csv": `text,value\n${Array.from({ length: 60 }, (_, i) => `text ${i},${1 + (i % 2)}e-320`).join("\n")}\n` },
    "values-too-near",
    /^n\.csv:\d+: the values of the training examples, such as .* too near to each other: .* write all values in a smaller unit$/,
  ],
  [
    "the same value everywhere",
    numbers,
    { "n.csv": `text,value\n${Array.from({ length: 60 }, (_, i) => `text ${i},3`).join("\n")}\n` },
    "one-value",
    /all training examples have the value 3/,
  ],
  ["a word without a tag", tagged, { "t.conll": "a\tO\nb\n" }, "malformed-file", "t.conll:2:1: 1 columns where the lines before have 2"],
  [
    "words and tags of different length",
    { ...tagged, train: "t.jsonl" },
    { "t.jsonl": '{"tokens": ["a", "b"], "tags": ["O"]}\n' },
    "lengths-differ",
    "t.jsonl:1: 2 words but 1 tag; write one tag for each word, O for words outside of everything",
  ],
  [
    "words that are no list",
    { ...tagged, train: "t.jsonl" },
    { "t.jsonl": '{"tokens": "a b", "tags": ["O"]}\n' },
    "not-a-list",
    /t\.jsonl:1: "tokens" is no list/,
  ],
  [
    "an answer that is none of the choices",
    choice,
    { "c.jsonl": '{"question": "q", "choices": ["a", "b"], "answer": 2}\n' },
    "wrong-answer",
    /^c\.jsonl:1: the answer "2" is none of 2 choices/,
  ],
  [
    "an answer that is not in its context",
    questions,
    { "q.json": squad("London", 14) },
    "answer-not-in-context",
    /^q\.json:\d+: question q1: the answer "London" is nowhere in its context/,
  ],
  [
    "an answer that is elsewhere in its context",
    questions,
    { "q.json": squad("Paris", 3) },
    "answer-not-in-context",
    /the answer "Paris" is not where its answer_start says but at 15/,
  ],
  ["broken SQuAD JSON", questions, { "q.json": '{\n "data": [\n' }, "malformed-file", /^q\.json:\d+:1: not JSON/],
  ["JSON of another form", questions, { "q.json": '{"questions": []}' }, "malformed-file", /^q\.json:1:1: no list "data"/],
  [
    "source and target of different length",
    writing,
    { "a.en": "a\nb\n", "a.de": "x\n" },
    "lengths-differ",
    "a.en has 2 lines and a.de has 1; line n of the one belongs to line n of the other",
  ],
  ["an empty target", writing, { "a.en": "a\nb\n", "a.de": "x\n\n" }, "empty-target", /^a\.en:2: the line of a\.de is empty/],
  [
    "a separator that a line lacks",
    { ...sentiment, ...shares, data: { ...plain, columns: ["polarity", "sentence"], separators: [" "] } },
    { "train.tsv": "pos good\nneg\n" },
    "malformed-file",
    'train.tsv:2:1: no " " after the column "polarity"',
  ],
  [
    "Latin-1 read as UTF-8",
    { ...sentiment, ...shares },
    { "train.tsv": Buffer.from("sentence\tpolarity\ncaf\xe9\tpos\n", "latin1") },
    "invalid-utf8",
    /^train\.tsv:2: byte 0xE9 at offset 21 is not valid UTF-8; .*write encoding: latin-1/,
  ],
  ["a pattern that no file matches", minimal, {}, "empty-split", /the test split has no examples/],
])("%s", (_, spec, files, code, message) => {
  const found = firstOf(spec, files);
  expect(found.task).toBeNull();
  expect(found).toMatchObject({ code, message: typeof message === "string" ? message : expect.stringMatching(message) });
});

test("rows with fewer tags than words are reported by the first of them", () => {
  const rows = `${'{"tokens": ["a", "b"], "tags": ["O"]}\n'.repeat(40)}`;
  const { problems } = readExamples({ ...tagged, train: "t.jsonl" }, "train", filesOf({ "t.jsonl": rows }).read);
  expect(problems).toHaveLength(3);
  expect(problems.at(-1)!.message).toMatch(
    /^t\.jsonl:\d+: 2 words but 1 tag; write one tag for each word.* \(and \d+ more such examples\)$/,
  );
});

test("a place in a SQuAD file counts code points, as its makers do", () => {
  const { examples, problems } = readExamples(questions, "train", filesOf({ "q.json": squad("Paris", 15) }).read);
  expect(problems).toEqual([]);
  const all = [
    ...examples,
    ...readExamples(questions, "validation", filesOf({ "q.json": squad("Paris", 15) }).read).examples,
    ...readExamples(questions, "test", filesOf({ "q.json": squad("Paris", 15) }).read).examples,
  ];
  expect(all).toMatchObject([{ answers: [{ text: "Paris", start: 16 }] }]);
});

test("a file that is too large for memory is reported, and not read", () => {
  const files = { ...filesOf({}), size: () => 3e9, read: () => expect.fail("it was read") };
  const { task, problems } = resolveTask(sentiment, "t", files);
  expect(task).toBeNull();
  expect(problems.slice(0, 3)).toMatchObject(
    ["train", "dev", "test"].map((name) => ({
      code: "unreadable-file",
      message: `${name}.tsv has more than 256 MB, which is more than a task's file may hold; part it into smaller files, or take fewer examples`,
    })),
  );
});

test("empty texts are reported, and read", () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i === 0 ? "" : `text ${i}`},${i}`);
  const { task, problems } = resolveTask(numbers, "t", filesOf({ "n.csv": `text,value\n${rows.join("\n")}\n` }));
  expect(task).not.toBeNull();
  expect(problems).toMatchObject([
    { severity: "warning", code: "empty-text", message: 'n.csv:2: the text "text" is empty (rows without: 1)' },
  ]);
});

test("a tag that training does not have is a warning: it counts as wrong", () => {
  const task: TaskSpec = { ...tagged, train: "a.conll", validation: "b.conll", test: "b.conll" };
  const { task: resolved, problems } = resolveTask(task, "t", filesOf({ "a.conll": "a\tO\nb\tB-x\n", "b.conll": "c\tB-y\n" }));
  expect(resolved?.labels).toEqual(["B-x", "O"]);
  expect(problems.filter(({ code }) => code === "unknown-label")).toMatchObject([{ severity: "warning" }, { severity: "warning" }]);
});

test("columns are named if a file has no header, and separated as in the file", () => {
  const data = { ...plain, columns: ["coarse", "fine", "question"], separators: [":", " "], encoding: "latin-1" } as const;
  const spec: TaskSpec = {
    ...sentiment,
    ...shares,
    train: "train.txt",
    validation: "train.txt",
    test: "train.txt",
    text: "question",
    label: "coarse",
    data: { ...data, columns: [...data.columns], separators: [...data.separators] },
  };
  const { examples } = readExamples(
    spec,
    "train",
    filesOf({ "train.txt": Buffer.from("DESC:manner How is caf\xe9 made : by hand ?\nNUM:date When ?\n", "latin1") }).read,
  );
  expect(examples).toEqual([
    { id: "train.txt:1", text: "How is café made : by hand ?", second: null, label: "DESC" },
    { id: "train.txt:2", text: "When ?", second: null, label: "NUM" },
  ]);
});

test("a file that changed since the plan was made stops the job", () => {
  const path = join(temporaryFolder(), "train.tsv");
  const content = tsv(["fine", "pos"], ["dull", "neg"]);
  writeFileSync(path, content);
  const { doc: _, metrics: __, ...data } = { ...sentiment, train: path, validation: path, test: path, doc: "" };
  const sha256 = createHash("sha256").update(content).digest("hex");
  const task: ResolvedTask = { ...data, labels: ["neg", "pos"], files: [{ path, bytes: content.length, sha256 }] };
  expect(readTaskExamples(task, "train")).toHaveLength(2);
  writeFileSync(path, tsv(["fine", "neg"], ["dull", "neg"]));
  expect(() => readTaskExamples(task, "train")).toThrow(/train\.tsv changed since the plan was made; run again/);
});
