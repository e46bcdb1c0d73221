import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import { readExamples } from "#runtime/tasks/examples.ts";
import { resolveTask } from "#runtime/tasks/resolve-task.ts";
import { workshop } from "../corpus/helpers.ts";
import { filesOf, plain, sentiment } from "./helpers.ts";

/** Fields of JSON Lines and of Parquet that are more than texts: one rule for tasks and corpora. */

const shares = { validation: 0.2, test: 0.2, data: plain, metrics: [] as string[] };
const labelled = { ...sentiment, ...shares, train: "t.jsonl", text: "text", label: "label" } satisfies TaskSpec;
const translation = {
  ...shares,
  kind: "translation",
  train: "t.jsonl",
  source: "translation.en",
  target: "translation.de",
  prefix: "",
  beams: 1,
  longest: 20,
} satisfies TaskSpec;
const choice = {
  ...shares,
  kind: "multiple_choice",
  train: "t.jsonl",
  question: "question",
  choices: ["choices.text"],
  answer: "answer",
  firstNumber: 0,
  pool: "mean",
} satisfies TaskSpec;

const lines = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const errorOf = (spec: TaskSpec, content: string) => {
  const { problems } = resolveTask(spec, "t", filesOf({ "t.jsonl": content }));
  const { code, message, fixes } = problems.find(({ severity }) => severity === "error") ?? {};
  return { code, message, fixes };
};
const trained = (spec: TaskSpec, content: string | Uint8Array, name = "t.jsonl") =>
  readExamples({ ...spec, validation: 0, test: 0, train: name } as TaskSpec, "train", () => Buffer.from(content)).examples;

describe("a task", () => {
  test.each<[string, TaskSpec, unknown, string]>([
    ["a text that is a list", labelled, { text: ["a", "b"], label: "x" }, 't.jsonl:1: "text" is no text, label or number but a list'],
    [
      "a text that is an object",
      labelled,
      { text: { en: "a", de: "b" }, label: "x" },
      't.jsonl:1: "text" is no text, label or number but an object with "en", "de"; a path reaches into it, such as "text.en"',
    ],
    ["a label that is a list", labelled, { text: "a", label: ["x", "y"] }, '"label" is no text, label or number but a list'],
    ["a label of too many digits", labelled, { text: "a", label: 2 ** 60 }, '"label" is no text, label or number but a number of more'],
    ["a target that is an object", translation, { translation: { en: "a", de: { text: "b" } } }, '"translation.de" is no text'],
    ["a question that is a list", choice, { question: ["a"], choices: { text: ["a", "b"] }, answer: 0 }, '"question" is no text'],
    [
      "choices that are objects",
      choice,
      { question: "a", choices: { text: [{ a: 1 }, { b: 1 }] }, answer: 0 },
      '"choices.text" is no list',
    ],
    ["choices of which one is null", choice, { question: "a", choices: { text: ["a", null] }, answer: 0 }, '"choices.text" is no list'],
  ])("refuses %s", (_, spec, row, message) => {
    expect(errorOf(spec, lines(row)).message).toContain(message);
  });

  test("refuses fields that are nested deeper than a call stack", () => {
    const deep = `${"[".repeat(1e5)}${"]".repeat(1e5)}`;
    expect(errorOf(labelled, `{"text": ${deep}, "label": "x"}\n`).message).toContain('"text" is no text, label or number but a list');
    expect(errorOf({ ...choice, choices: ["choices"] }, `{"question": "a", "choices": ${deep}, "answer": 0}\n`).message).toContain(
      "is no list",
    );
  });

  test("a path reaches into objects", () => {
    const rows = [{ translation: { en: "a dog", de: "ein Hund" } }, { translation: { en: "a cat", de: "eine Katze" } }];
    expect(trained(translation, lines(...rows))).toMatchObject([
      { source: "a dog", target: "ein Hund" },
      { source: "a cat", target: "eine Katze" },
    ]);
    expect(trained(choice, lines({ question: "q", choices: { text: ["a", "b"] }, answer: 1 }))).toMatchObject([
      { choices: ["a", "b"], answer: 1 },
    ]);
  });

  test("a field whose own name has a dot goes before a path", () => {
    expect(trained({ ...labelled, text: "a.b" }, lines({ "a.b": "own", a: { b: "inside" }, label: "x" }))).toMatchObject([{ text: "own" }]);
  });

  test("a path without a value is reported with the existing fields", () => {
    const { code, message, fixes } = errorOf({ ...translation, source: "translation.eng" }, lines({ translation: { en: "a", de: "b" } }));
    expect(code).toBe("missing-column");
    expect(message).toContain('no column "translation.eng"; it has "translation.en", "translation.de", "translation"');
    expect(fixes).toEqual(["translation.en"]);
  });

  test("numbers and booleans appear as in JSON; null is empty", () => {
    expect(trained(labelled, lines({ text: 5, label: true }, { text: "b", label: 1.5 }))).toMatchObject([
      { text: "5", label: "true" },
      { text: "b", label: "1.5" },
    ]);
    expect(errorOf(labelled, lines({ text: "a", label: null }, { text: "b", label: "x" })).code).toBe("empty-label");
  });

  test("structs and long whole numbers of Parquet", () => {
    const file = readFileSync(join(import.meta.dirname, "../corpus/tables/translations.parquet"));
    expect(trained(translation, file, "t.parquet")).toMatchObject([
      { source: "a dog", target: "ein Hund" },
      { source: "a cat", target: "eine Katze" },
    ]);
    const ids = trained({ ...labelled, text: "translation.en", label: "id" }, file, "t.parquet");
    expect(ids).toMatchObject([{ label: "1152921504606846977" }, { label: "1152921504606846978" }]);
  });

  test("a column name that occurs twice is refused if a task uses it", () => {
    const twice = { ...labelled, train: "t.csv" };
    const problems = (header: string) => resolveTask(twice, "t", filesOf({ "t.csv": `${header}\na,b,x\n` })).problems;
    expect(problems("text,text,label")[0]).toMatchObject({ code: "column-twice", path: ["tasks", "t", "text"] });
    expect(problems("text,text,label")[0]?.message).toContain('t.csv:1: the column "text" is there 2 times (columns 1, 2)');
    expect(problems("text,label,other").some(({ code }) => code === "column-twice")).toBe(false);
  });
});

describe("a corpus", () => {
  test("a path reaches into objects of JSON Lines and of Parquet", async () => {
    const work = workshop();
    const json = work.file("a.jsonl", lines({ translation: { en: "one" } }, { translation: null }, { translation: { en: "two" } }));
    await work.corpus([json], { column: "translation.en" });
    expect(work.documents("train")).toEqual(["one", "two"]);
    const parquet = work.file("a.parquet", readFileSync(join(import.meta.dirname, "../corpus/tables/translations.parquet")));
    await work.corpus([parquet], { column: "translation.de" }, "other");
    expect(work.documents("train", "other")).toEqual(["ein Hund", "eine Katze"]);
  });

  test.each<[string, unknown, string, RegExp]>([
    ["a list", { text: ["a"] }, "text", /a\.jsonl:1: "text" is no text but a list/],
    ["an object", { text: { en: "a" } }, "text", /"text" is no text but an object with "en"; a path reaches into it: column: "text\.en"/],
    ["a path to nothing", { text: { en: "a" } }, "text.de", /no field "text\.de"; it has "text\.en", "text"; nearest is "text\.en"/],
  ])("refuses %s", async (_, row, column, message) => {
    const work = workshop();
    await expect(work.corpus([work.file("a.jsonl", lines(row))], { column })).rejects.toThrow(message);
  });

  test("refuses a field that is nested deeper than a call stack", async () => {
    const work = workshop();
    const deep = `{"text": ${"[".repeat(1e5)}${"]".repeat(1e5)}}\n`;
    await expect(work.corpus([work.file("a.jsonl", deep)])).rejects.toThrow('"text" is no text but a list');
  });

  test("refuses a column that is named twice", async () => {
    const work = workshop();
    await expect(work.corpus([work.file("a.csv", "text,text\na,b\n")])).rejects.toThrow(/a\.csv:1: the column "text" is there 2 times/);
  });
});
