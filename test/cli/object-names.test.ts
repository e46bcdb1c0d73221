import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { openStore } from "#runtime/runs/store.ts";
import { parquetOf } from "../corpus/parquet-writer.ts";
import { folderWith, pretrain, sentences } from "./cli.ts";

/** Names that every object of JavaScript has, for everything that data and files name. */
const experiment = `
corpus hasOwnProperty { files: "constructor.txt", documents: line, split: { validation: 10%, test: 10% } }
tokenizer toString { kind: characters, train on: hasOwnProperty, sentinels: 4 }
model valueOf { layers: 1, hidden: 16, heads: 2, context: 32, dropout: 0% }
task __proto__ = classification {
  train: "__proto__.jsonl"
  validation: "__proto__.csv"
  test: "__proto__.parquet"
  text: "__proto__"
  label: "constructor"
}
task isPrototypeOf = tagging { train: "tags.jsonl", validation: 20%, test: 20%, words: "__proto__", tags: "toString" }
objective constructor = causal
objective __lookupGetter__ = masked
pretrain base { model: valueOf, objective: constructor, corpus: hasOwnProperty, tokenizer: toString, budget: 2 steps, batch: 4 }
compare prototype {
  extends: base
  vary objective: [constructor, __lookupGetter__]
  finetune: [{ task: __proto__, epochs: 1 }, { task: isPrototypeOf, epochs: 1 }]
  seeds: 1
  baselines: [majority]
}
`;

const labels = ["constructor", "toString"];
const rows = Array.from({ length: 60 }, (_, i) => ({ text: `it was ${["good", "bad"][i % 2]} number ${i}`, label: labels[i % 2]! }));
const json = (values: readonly (readonly [string, unknown])[][]) =>
  values.map((fields) => `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}\n`).join("");

test("columns, labels, tags, cells, tasks and files may have names that objects have", { timeout: 300_000 }, async () => {
  const folder = folderWith({
    "a.pretrain": experiment,
    "constructor.txt": sentences(200),
    "__proto__.jsonl": json(
      rows.map(({ text, label }) => [
        ["__proto__", text],
        ["constructor", label],
      ]),
    ),
    "__proto__.csv": `__proto__,constructor\n${rows.map(({ text, label }) => `dev ${text},${label}`).join("\n")}\n`,
    "__proto__.parquet": parquetOf([
      ["__proto__", rows.map(({ text }) => `test ${text}`)],
      ["constructor", rows.map(({ label }) => label)],
    ]),
    "tags.jsonl": json(
      rows.map(({ text }, i) => [
        ["__proto__", text.split(" ")],
        ["toString", text.split(" ").map((_, at) => (at === 2 ? `B-${labels[i % 2]}` : "O"))],
      ]),
    ),
  });
  const check = await pretrain(folder, "check", "a.pretrain");
  expect(check.code, check.stdout).toBe(0);
  const run = await pretrain(folder, "run", "a.pretrain", "prototype", "--engine", "cpu");
  expect(run.code, run.stderr).toBe(0);
  const store = openStore(join(folder, ".pretrain"));
  const compared = store
    .jobs()
    .map((id) => store.readJob(id)!)
    .find(({ kind }) => kind === "compare")!;
  const { summary } = store.readResult(compared) as ComparisonResult;
  for (const cell of ["constructor", "__lookupGetter__", "majority"])
    for (const task of ["__proto__", "isPrototypeOf"])
      expect(
        summary.some((each) => each.cell === cell && each.task === task),
        `${cell} ${task}`,
      ).toBe(true);
  const finetuned = store
    .jobs()
    .find(
      (id) =>
        store.readJob(id)!.kind === "finetune" && readFileSync(join(store.runFolder(id), "job.json"), "utf8").includes("classification"),
    )!;
  const predictions = readFileSync(join(store.runFolder(finetuned), "predictions.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(new Set(predictions.map(({ label }) => label))).toEqual(new Set(labels));

  // what a run is called, and what a cell is
  const ofCell = await pretrain(folder, "inspect", "a.pretrain#constructor", "--text", "the mayor", "--engine", "cpu");
  expect(ofCell.code, ofCell.stderr).toBe(0);
  const ofComparison = await pretrain(folder, "inspect", "a.pretrain#prototype", "--text", "the mayor");
  expect(ofComparison).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      "prototype is a comparison of several models; name a cell of it: a.pretrain#constructor, a.pretrain#__lookupGetter__",
    ),
  });
  const ofTask = await pretrain(folder, "inspect", "a.pretrain#isPrototypeOf", "--text", "the mayor");
  expect(ofTask).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("isPrototypeOf is declared as task, but only runs have models; name one: a.pretrain#base"),
  });
  const mistyped = await pretrain(folder, "inspect", "a.pretrain#constuctor", "--text", "the mayor");
  expect(mistyped).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is no run constuctor; did you mean a.pretrain#constructor?"),
  });
});
