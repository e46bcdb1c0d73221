import { describe, expect, test } from "vitest";
import type { TaskSpecOf } from "#runtime/contract/spec.ts";
import { readExamples } from "#runtime/tasks/examples.ts";
import { resolveTask } from "#runtime/tasks/resolve-task.ts";
import { filesOf, sentiment, tsv } from "./helpers.ts";

const good = {
  "train.tsv": tsv(["fine", "pos"], ["dull", "neg"], ["grand", "pos"]),
  "dev.tsv": tsv(["nice", "pos"], ["bad", "neg"]),
  "test.tsv": tsv(["great", "pos"], ["worse", "neg"]),
};

const resolve = (files: Record<string, string | Uint8Array>, spec: Partial<TaskSpecOf<"classification">> = {}) =>
  resolveTask({ ...sentiment, ...spec }, "mood", filesOf({ ...good, ...files }));

const problemsOf = (...made: Parameters<typeof resolve>) =>
  resolve(...made).problems.map(({ severity, code, path, message }) => ({ severity, code, at: path.at(-1), message }));

test("a good task has its labels in order and its files by content", () => {
  const { task, problems } = resolve({});
  expect(problems).toEqual([]);
  expect(task).toMatchObject({ labels: ["neg", "pos"], text: "sentence", validation: "dev.tsv" });
  expect(task?.files.map(({ path }) => path)).toEqual(["train.tsv", "dev.tsv", "test.tsv"]);
  expect(task).not.toHaveProperty("metrics");
});

test("labels that are numbers are in the order of their values", () => {
  const train = tsv(...["10", "9", "-1", "2"].map((label): [string, string] => [`text ${label}`, label]));
  const { task } = resolve({ "train.tsv": train, "dev.tsv": tsv(["a", "9"]), "test.tsv": tsv(["b", "2"]) });
  expect(task?.labels).toEqual(["-1", "2", "9", "10"]);
});

describe("what can be wrong", () => {
  test("a file that is not there", () => {
    expect(problemsOf({}, { test: "none.tsv" })).toEqual([
      { severity: "error", code: "missing-file", at: "test", message: "none.tsv is not there" },
    ]);
  });

  test("bytes that are not UTF-8", () => {
    const latin = Buffer.from("sentence\tpolarity\ncaf\xe9\tpos\n", "latin1");
    expect(problemsOf({ "dev.tsv": latin })).toEqual([
      { severity: "error", code: "invalid-utf8", at: "validation", message: expect.stringContaining("dev.tsv:2: byte 0xE9 at offset 21") },
    ]);
  });

  test.each([
    ["text", { text: "sentense" }],
    ["label", { label: "polarty" }],
  ] as const)("a %s column that is not in the file, with the nearest", (key, spec) => {
    const { task, problems } = resolve({}, spec);
    expect(task).toBeNull();
    expect(problems[0]).toMatchObject({
      code: "missing-column",
      path: ["tasks", "mood", key],
      fixes: [key === "text" ? "sentence" : "polarity"],
      message: expect.stringContaining('it has "sentence", "polarity"; nearest is'),
    });
  });

  test("an empty label, with its row", () => {
    expect(problemsOf({ "train.tsv": tsv(["fine", "pos"], ["dull", " "], ["odd", ""]) })).toEqual([
      {
        severity: "error",
        code: "empty-label",
        at: "train",
        message: expect.stringContaining('train.tsv:3: the label "polarity" is empty (rows without: 2)'),
      },
    ]);
  });

  test("an empty text is a warning", () => {
    expect(problemsOf({ "train.tsv": tsv(["fine", "pos"], ["dull", "neg"], ["", "neg"]) })).toMatchObject([
      { severity: "warning", code: "empty-text", at: "train" },
    ]);
  });

  test("one class only", () => {
    expect(problemsOf({ "train.tsv": tsv(["fine", "pos"], ["grand", "pos"]) })).toEqual([
      { severity: "error", code: "one-class", at: "label", message: expect.stringContaining('all training examples have the label "pos"') },
    ]);
  });

  test("a label that training does not have", () => {
    expect(problemsOf({ "test.tsv": tsv(["meh", "neutral"], ["great", "pos"]) })).toEqual([
      {
        severity: "error",
        code: "unknown-label",
        at: "test",
        message: expect.stringContaining('test.tsv:2: the label "neutral" does not occur'),
      },
    ]);
  });

  test("splits that overlap, each pair, with count and example", () => {
    const { task, problems } = resolve({
      "dev.tsv": tsv(["fine", "pos"], ["bad", "neg"]),
      "test.tsv": tsv(["fine", "pos"], ["bad", "neg"]),
    });
    expect(task).not.toBeNull();
    expect(problems.map(({ severity, code, message }) => `${severity} ${code}: ${message}`)).toEqual([
      expect.stringContaining('warning overlapping-splits: 1 of 2 validation texts are in the train split too, such as "fine" (dev.tsv:2)'),
      expect.stringContaining("1 of 2 test texts are in the train split too"),
      expect.stringContaining("2 of 2 test texts are in the validation split too"),
    ]);
  });

  test("malformed rows, the first three with their place", () => {
    const rows = "a\n".repeat(5);
    const problems = problemsOf({ "train.tsv": `${good["train.tsv"]}${rows}` });
    expect(problems.map(({ message }) => message)).toEqual([
      "train.tsv:5:1: 1 fields in a table of 2 columns",
      "train.tsv:6:1: 1 fields in a table of 2 columns",
      "train.tsv:7:1: 1 fields in a table of 2 columns (and 2 more such lines)",
    ]);
  });

  test.each(["", "sentence\tpolarity\n"])("a file without rows: %o", (text) => {
    expect(problemsOf({ "dev.tsv": text })).toMatchObject([{ severity: "error", code: "no-examples", at: "validation" }]);
  });

  test("a share that no example falls into", () => {
    expect(problemsOf({}, { validation: 0.001 })).toMatchObject([{ severity: "error", code: "empty-split", at: "validation" }]);
  });
});

describe("shares of the training file", () => {
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i): [string, string] => [`text ${from + i}`, i % 2 ? "pos" : "neg"]);
  const task = { ...sentiment, validation: 0.1, test: 0.2 };
  const textsOf = (files: Record<string, string>, split: "train" | "validation" | "test") =>
    readExamples(task, split, filesOf(files).read).examples.map((example) => "text" in example && example.text);

  test("every example is in one split, and the shares are those declared", () => {
    const files = { "train.tsv": tsv(...rows(0, 5000)) };
    const [train, validation, test] = [textsOf(files, "train"), textsOf(files, "validation"), textsOf(files, "test")];
    expect(new Set([...train, ...validation, ...test]).size).toBe(5000);
    expect(train.length + validation.length + test.length).toBe(5000);
    // four standard deviations
    expect(Math.abs(validation.length - 500)).toBeLessThan(85);
    expect(Math.abs(test.length - 1000)).toBeLessThan(115);
  });

  test("adding rows moves no other", () => {
    const before = textsOf({ "train.tsv": tsv(...rows(0, 300)) }, "validation");
    const after = textsOf({ "train.tsv": tsv(...rows(300, 600), ...rows(0, 300)) }, "validation");
    expect(before.length).toBeGreaterThan(10);
    expect(after.slice(-before.length)).toEqual(before);
  });

  test("a file's problems are reported once, and it is listed once", () => {
    const { problems } = resolveTask(task, "mood", filesOf({ "train.tsv": `${tsv(...rows(0, 100))}broken\n` }));
    expect(problems).toHaveLength(1);
    const resolved = resolveTask(task, "mood", filesOf({ "train.tsv": tsv(...rows(0, 100)) }));
    expect(resolved.task?.files).toHaveLength(1);
  });
});

test("an example's id is its file and line", () => {
  expect(readExamples(sentiment, "validation", filesOf(good).read).examples).toEqual([
    { text: "nice", second: null, label: "pos", id: "dev.tsv:2" },
    { text: "bad", second: null, label: "neg", id: "dev.tsv:3" },
  ]);
});
