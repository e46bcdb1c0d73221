import { expect, test } from "vitest";
import { engineChoices } from "#runtime/cli/engines.ts";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import { classificationMetrics } from "#runtime/metrics/table.ts";
import { textObjectives } from "#runtime/objectives/table.ts";
import { files, importsOf } from "./repository.ts";

/** Where things multiply there is one file for each, and one table that lists them. */

test("every objective that runs on text has a file of its own, its entry in the table and its test", () => {
  const supported = catalogue.options.filter(({ family, later }) => family === "objective" && later === undefined);
  const onText = supported
    .filter(({ weighted, keys }) => !weighted && !keys.some(({ value }) => value.type === "reference"))
    .map(({ name }) => name);
  expect(Object.keys(textObjectives).sort()).toEqual(onText.sort());
  for (const name of onText) {
    expect(files).toContain(`runtime/objectives/${dashed(name)}.ts`);
    expect(files).toContain(`test/objectives/${dashed(name)}.test.ts`);
  }
});

test("every metric of classification has a file of its own and its entry in the table", () => {
  const names = catalogue.metrics.filter(({ of }) => of.includes("classification")).map(({ name }) => name);
  expect(Object.keys(classificationMetrics).sort()).toEqual(names.sort());
  for (const { name } of catalogue.metrics.filter(({ name }) => name !== "loss" && name !== "pseudo_perplexity")) {
    expect(files).toContain(`runtime/metrics/${dashed(name)}.ts`);
  }
});

test("every engine has a folder of its own and a name on the command line", () => {
  const folders = files.filter((path) => /^runtime\/engines\/\w+\/engine\.ts$/.test(path)).map((path) => path.split("/")[2]);
  expect(["auto", ...folders].sort()).toEqual([...engineChoices].sort());
});

test.each([
  ["runtime/compile/rules/table.ts", /^runtime\/compile\/rules\/(?!table|rule\.ts)/],
  ["language/validation/rules.ts", /^language\/validation\/(?!rules|report|document-validator)/],
])("%s lists every family of rules in its folder", (table, family) => {
  const folder = table.slice(0, table.lastIndexOf("/"));
  const listed = importsOf(table).map((module) => `${folder}/${module.replace("./", "")}`);
  const families = files.filter((path) => family.test(path));
  expect(families.length).toBeGreaterThan(5);
  expect(families.filter((path) => !listed.includes(path))).toEqual([]);
});

function dashed(name: string): string {
  return name.replaceAll("_", "-");
}
