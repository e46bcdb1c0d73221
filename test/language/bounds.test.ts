import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { analyse, format } from "#language/index.ts";
import { analyseText } from "./project.ts";

const base = "model m {}\npretrain p { model: m }\n";
const upTo = (max: number) => Array.from({ length: max }, (_, index) => index + 1).join(", ");

/** What no person writes: [what it is, text, what is said of it, where]. */
const texts: [what: string, text: string, said: RegExp, place: string][] = [
  ["blocks 200 deep", `model m {}\npretrain p { budget: ${"{ a: ".repeat(200)}`, /^Nested deeper than 32 brackets/, "2:177"],
  ["lists 400 deep", `model m { layers: ${"[".repeat(400)}`, /^Nested deeper than 32 brackets/, "1:50"],
  ["options 100 deep", `objective o = ${"mixture { 50%: ".repeat(100)}`, /^Nested deeper than 32 brackets/, "1:503"],
  ["a string of 10 MB", `corpus c { files: "${"x".repeat(10_000_000)}" }`, /^The file has more than 500,000 characters/, "1:1"],
  [
    "a path of 70,000 characters",
    `corpus c { files: "${"*".repeat(70_000)}" }`,
    /^files: The path has 70,000 characters; expected at most 4,096/,
    "1:19",
  ],
  ["a million words", "a ".repeat(240_000), /^The file has more than 30,000 words and symbols/, "1:60001"],
  ["quotes that escape each other", `"${'\\"'.repeat(200_000)}`, /^The text that starts here has no closing "/, "1:1"],
  ["comments that begin and never end", "/* ".repeat(150_000), /^The comment that starts here has no end/, "1:1"],
  ["characters without a meaning", "§ a ".repeat(60_000), /^Found §, which has no meaning here/, "1:1"],
  ["numbers with units on one line", `model m { layers: ${"5 a ".repeat(1000)}`, /^layers: The unit a does not fit/, "1:19"],
  [
    "models that extend each other in a row",
    Array.from({ length: 200 }, (_, index) => `model m${index} { extends: m${index + 1} }`).join("\n"),
    /^m0 extends m1, which extends another, and so on: more than 32 in a row/,
    "1:21",
  ],
  [
    "mixtures of mixtures in a row",
    Array.from({ length: 200 }, (_, index) => `objective o${index} = mixture { 100%: o${index + 1} }`).join("\n"),
    /^o0 is made of o1, which is made of another, and so on, more than 32 levels deep/,
    "1:32",
  ],
  ["a path of another machine", 'corpus c { files: "\\\\srv\\c.txt" }', /Write \/ or .*: "\/\/srv\/c\.txt"/, "1:19"],
  ["a checkpoint's path with \\", 'model m { checkpoint: "models\\bert" }', /^checkpoint: Found \\b in a path. Write \/ or/, "1:23"],
  [
    "a search among one rate",
    "compare c { search: { learning_rate: [1e-3] } }",
    /^learning_rate: The list has one element; expected at least 2/,
    "1:38",
  ],
  [
    "a list of 5,000 seeds",
    `compare c { seeds: [${"1, ".repeat(5000)}] }`,
    /^seeds: The list has 5000 seeds; expected at most 1000/,
    "1:20",
  ],
  [
    "lists that multiply each other",
    `${base}compare c { extends: p, vary batch: [${upTo(300)}], vary clip: [${upTo(300)}], seeds: 1..100 }`,
    /^c has 90,000 cells: 300 × 300; at most 256 can be compared/,
    "3:9",
  ],
  [
    "more trainings than anyone runs",
    `${base}compare c { extends: p, vary batch: [${upTo(20)}], search: { learning_rate: [${upTo(100)}] }, checkpoints: [50%, 100%], seeds: 1..500
      finetune: [{ task: t, seeds: 1..5 }, { task: t }] }`,
    /^c asks for 192,000 trainings; at most 20,000 can be planned/,
    "3:9",
  ],
  ["a table in UTF-16", "m\0o\0d\0e\0l\0", /^The file is not UTF-8 text/, "1:1"],
];

test.each(texts)("%s: a problem at its place", async (_what, text, said, place) => {
  const { analysis } = await analyseText(text);
  expect(analysis.problems.filter(({ code }) => code === "internal-error")).toEqual([]);
  const found = analysis.problems.find(({ message }) => said.test(message));
  expect(found && `${found.line}:${found.column}`, JSON.stringify(analysis.problems.slice(0, 3))).toBe(place);
  format(text);
});

test("brackets in brackets up to the bound are read", async () => {
  const { analysis } = await analyseText(`objective o = ${"mixture { 100%: ".repeat(31)}causal${" }".repeat(31)}`);
  expect(analysis.problems).toEqual([]);
});

test("an import that cannot be read is a problem of the import", async () => {
  const { folder } = await analyseText('import "folder.pretrain"');
  mkdirSync(join(folder, "folder.pretrain"));
  writeFileSync(join(folder, "wide.pretrain"), Buffer.from("\uFEFFmodel m {}", "utf16le"));
  writeFileSync(join(folder, "main.pretrain"), 'import "folder.pretrain"\nimport "wide.pretrain"\npretrain p { model: m }');
  const { problems } = await analyse(join(folder, "main.pretrain"));
  expect(problems.map(({ file, line, code }) => [file.slice(folder.length + 1), line, code])).toEqual([
    ["main.pretrain", 1, "unresolved-import"],
    ["wide.pretrain", 1, "syntax-error"],
  ]);
});
