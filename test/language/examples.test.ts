import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { analyseText } from "./project.ts";

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

const whichObjective = fixture("which-objective.pretrain");
const speeches = { "data/sotu/1.txt": "a", "data/sst2/train.tsv": "a", "data/sst2/dev.tsv": "a", "data/sst2/test.tsv": "a" };

describe("which-objective", () => {
  test("lowers without a problem", async () => {
    const { folder, analysis } = await analyseText(whichObjective, speeches);
    expect(analysis.problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(analysis.spec).replaceAll(folder, "FOLDER"))).toMatchSnapshot();
  });

  test("lists its declarations with their places", async () => {
    const { declarations } = (await analyseText(whichObjective, speeches)).analysis;
    expect(declarations.map(({ kind, name, line, column }) => `${kind} ${name} ${line}:${column}`)).toMatchSnapshot();
  });
});

test("adapt-bert has no problems", async () => {
  const { analysis } = await analyseText(fixture("adapt-bert.pretrain"), {
    "shared/tasks.pretrain": fixture("shared/tasks.pretrain"),
    "shared/spam.tsv": "a",
    "shared/tagged.conll": "a O",
    "mails/2020/1.jsonl.gz": "a",
  });
  expect(analysis.problems).toEqual([]);
});
