import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TaskSpec } from "#runtime/contract/spec.ts";
import { dataChecks } from "#runtime/tasks/checks/all-data-checks.ts";
import { resolveTask } from "#runtime/tasks/resolve-task.ts";
import { checkedProblems } from "../../runtime/cli/load.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { filesOf, plain, sentiment, tsv } from "../tasks/helpers.ts";
import { lines, objects, ofCorpora, ofTasks, rows, table } from "./check-cases.ts";
import { workshop } from "./helpers.ts";

/*
 * The table of checks of data: each has a file that it is made for, with its place and what to do, for tasks and for corpora. What it says of
 * a corpus `check` says too, before anything runs.
 */

describe("a task", () => {
  test.each(ofTasks)("$code of $name: $message", ({ code, name, content, message, spec, severity = "error" }) => {
    const declared = { ...sentiment, train: name, validation: 0.2, test: 0.2, metrics: [], ...spec } as TaskSpec;
    const { task, problems } = resolveTask(declared, "t", filesOf({ [name]: content }));
    const found = problems.find((problem) => problem.code === code);
    expect(found, problems.map((problem) => `${problem.code} ${problem.message}`).join("\n")).toMatchObject({
      severity,
      message: expect.stringMatching(message),
    });
    expect(task === null).toBe(severity === "error");
  });

  test("correct files give no problems", () => {
    for (const [name, content, data] of [
      ["t.tsv", `${table}naïve café 日本語 привет 👍\tgood\n`, plain],
      ["t.tsv", `\uFEFF${table}`, plain],
      ["t.csv", table.replaceAll("\t", ";"), { ...plain, separators: [";"] }],
      ["t.tsv", Buffer.from(`${table}caf\xe9\tgood\n`, "latin1"), { ...plain, encoding: "latin-1" }],
      ["t.tsv", Buffer.from(`${table}it\x92s caf\xe9\tgood\n`, "latin1"), { ...plain, encoding: "windows-1252" }],
      ["t.tsv", table.slice(table.indexOf("\n") + 1), { ...plain, columns: ["sentence", "polarity"] }],
      [
        "t.jsonl",
        `${lines(objects)}${lines([{ sentence: '{"sentence": 1}, "sentence"', polarity: "good", more: { sentence: 1 } }])}`,
        plain,
      ],
    ] as const) {
      const spec = { ...sentiment, train: name, validation: 0.2, test: 0.2, metrics: [], data } as unknown as TaskSpec;
      expect(resolveTask(spec, "t", filesOf({ [name]: content })).problems).toEqual([]);
    }
  });

  test("Windows-1252 has its quotation marks", () => {
    const spec = {
      ...sentiment,
      train: "t.tsv",
      validation: 0.2,
      test: 0.2,
      metrics: [],
      data: { ...plain, encoding: "windows-1252" },
    } as TaskSpec;
    const file = Buffer.from(tsv(...rows.map(([text, label]) => [text, `\x93${label}\x94`] as [string, string])), "latin1");
    expect(resolveTask(spec, "t", filesOf({ "t.tsv": file })).task?.labels).toEqual(["“bad”", "“good”"]);
  });
});

describe("a corpus", () => {
  test.each(ofCorpora)(
    "$code of $name: $message",
    async ({ code, name, content, message, documents = "file", column, severity = "error" }) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, name), content);
      const settings = [`files: "${name}"`, `documents: ${documents}`, ...(column ? [`column: "${column}"`] : [])];
      writeFileSync(join(folder, "main.pretrain"), `corpus c { ${settings.join(", ")} }\n`);
      const problems = await checkedProblems(join(folder, "main.pretrain"));
      const found = problems.find((problem) => problem.code === code);
      expect(found, problems.map((problem) => `${problem.code} ${problem.message}`).join("\n")).toMatchObject({
        severity,
        line: 1,
        message: expect.stringMatching(message),
      });
      const work = workshop();
      const made = work.corpus([work.file(name, content)], { documents: documents as "file" | "line", ...(column ? { column } : {}) });
      if (severity === "error") await expect(made).rejects.toThrow(message);
      else await made;
    },
  );

  test("the line of a byte far into a file", async () => {
    const work = workshop();
    const text = "a line of text\n".repeat(200_000);
    const made = work.corpus([work.file("a.txt", Buffer.concat([Buffer.from(text), Buffer.from([0xe9]), Buffer.from(" and more\n")]))]);
    await expect(made).rejects.toThrow(`a.txt:200001: byte 0xE9 at offset ${text.length} is not valid UTF-8`);
  });

  test("correct files give no problems", async () => {
    const work = workshop();
    const files = [
      work.file("a.txt", "naïve 日本語\r\nпривет\rmir 👍\n"),
      work.file("b.txt", "a\0b stray zero\n"),
      work.file("c.csv", "id,text\n1,one\n"),
      work.file("d.jsonl", '\n{"text": "one", "id": {"text": 1}}\n'),
    ];
    expect((await work.corpus(files)).splits.train.documents).toBe(4);
  });
});

test("every check has its case", () => {
  const told = { "ragged-row": "malformed-file", "not-an-object": "malformed-file", "field-twice": "malformed-file" } as Record<
    string,
    string
  >;
  for (const { code, readers, of } of dataChecks) {
    if (readers.includes("task"))
      expect(
        ofTasks.map((each) => each.code),
        of,
      ).toContain(told[code] ?? code);
    if (readers.includes("corpus") && code !== "ragged-row")
      expect(
        ofCorpora.map((each) => each.code),
        of,
      ).toContain(code);
  }
  expect(readFileSync(new URL("tables.test.ts", import.meta.url), "utf8")).toContain("3 fields in a table of 2 columns");
});
