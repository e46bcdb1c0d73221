import { describe, expect, test } from "vitest";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import { resolveTask } from "#runtime/tasks/resolve-task.ts";
import { filesOf, sentiment } from "../tasks/helpers.ts";
import { workshop } from "./helpers.ts";
import { parquetOf } from "./parquet-writer.ts";

const texts = Array.from({ length: 60 }, (_, i) => `text ${i}`);
const labels = texts.map((_, i) => (i % 2 === 0 ? "constructor" : "toString"));

const hostile: [string, Parameters<typeof parquetOf>[1], RegExp][] = [
  ["a page of two gigabytes", { pageBytes: 2 ** 31 - 1 }, /a page of 2,048 MB, and \d+ MB can be read/],
  [
    "a page of two milliard values",
    { pageValues: 2 ** 31 - 1, values: 2 ** 31 - 1 },
    /a page says that it has 2147483647 values, of 60 at the most/,
  ],
  ["two milliard rows", { rows: 2 ** 31 - 1 }, /a group has 2147483647 rows, and \d+ can be read/],
  ["more rows than values", { rows: 1e6 }, /a group says that it has 1000000 rows, and a column has 60 values/],
  ["a page smaller than it is", { pageBytes: 3 }, /not a Parquet file that can be read/],
];

describe.each(hostile)("%s", (_, claims, message) => {
  const file = parquetOf(
    [
      ["text", texts],
      ["label", labels],
    ],
    claims,
  );

  test("in a task", () => {
    const spec = { ...sentiment, train: "t.parquet", validation: 0.2, test: 0.2, text: "text", label: "label", metrics: [] } as TaskSpec;
    const { problems } = resolveTask(spec, "t", filesOf({ "t.parquet": file }));
    expect(problems[0]).toMatchObject({ code: "unreadable-file", message: expect.stringMatching(message) });
  });

  test("in a corpus", async () => {
    const work = workshop();
    await expect(work.corpus([work.file("a.parquet", file)])).rejects.toThrow(message);
  });
});

test("columns named like properties of every object", async () => {
  const file = parquetOf([
    ["__proto__", texts],
    ["constructor", labels],
  ]);
  const spec = {
    ...sentiment,
    train: "t.parquet",
    validation: 0.2,
    test: 0.2,
    text: "__proto__",
    label: "constructor",
    metrics: [],
  } as TaskSpec;
  const { task, problems } = resolveTask(spec, "t", filesOf({ "t.parquet": file }));
  expect(problems).toEqual([]);
  expect(task?.labels).toEqual(["constructor", "toString"]);
  const work = workshop();
  await work.corpus([work.file("a.parquet", file)], { column: "__proto__" });
  expect(work.documents("train")).toEqual(texts);
});
