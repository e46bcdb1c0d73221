import { expect, test } from "vitest";
import { engineChoices, engines } from "#runtime/contract/catalogue/engines.ts";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import {
  answerMetrics,
  classMetrics,
  metricsOfTexts,
  probabilityMetrics,
  regressionMetrics,
  taggingMetrics,
} from "#runtime/metrics/metric-table.ts";
import { scorers } from "#runtime/metrics/scorers.ts";
import { textObjectives } from "#runtime/objectives/objective-table.ts";
import { taskDefinitions } from "#runtime/tasks/task-definitions.ts";
import { engineSettings } from "../../tools/generate-settings.ts";
import { files, importsOf, packageJson, read, sources } from "./repository.ts";

/** Where things multiply there is one file for each, and one table that lists them. */

test("every objective that runs on text has a file of its own, its entry in the table and its test", () => {
  const supported = catalogue.options.filter(({ family }) => family === "objective");
  const onText = supported
    .filter(({ weighted, keys }) => !weighted && !keys.some(({ value }) => value.type === "reference"))
    .map(({ name }) => name);
  expect(Object.keys(textObjectives).sort()).toEqual(onText.sort());
  for (const name of onText) {
    expect(files).toContain(`runtime/objectives/${dashed(name)}.ts`);
    expect(files).toContain(`test/objectives/${dashed(name)}.test.ts`);
  }
});

test("every metric has the file of its family, its entry in the table of what it scores, and can be taken on files", () => {
  const tables: Record<string, object> = {
    classification: { ...classMetrics, ...probabilityMetrics },
    regression: regressionMetrics,
    tagging: taggingMetrics,
    span_question_answering: answerMetrics,
    translation: metricsOfTexts,
  };
  for (const [task, table] of Object.entries(tables)) {
    const names = catalogue.metrics.filter(({ of }) => of.includes(task)).map(({ name }) => name);
    expect(Object.keys(table).sort()).toEqual(names.sort());
  }
  // a loss is of an objective, which has its own file
  const names = catalogue.metrics.map(({ name }) => name).filter((name) => name !== "loss");
  expect(Object.keys(scorers).sort()).toEqual(names.sort());
  for (const name of names) expect(files).toContain(`runtime/metrics/${dashed(familyOf(name))}.ts`);
});

/** One file holds a ratio and its averages, one the variants of ROUGE, one chrF and chrF++. */
function familyOf(metric: string): string {
  return metric
    .replace(/_(?:micro|macro|weighted|strict)$/, "")
    .replace(/^rouge.*/, "rouge")
    .replace(/^chrf.*/, "chrf");
}

test("every kind of task is in the catalogue and is read", () => {
  const supported = catalogue.options.filter(({ family }) => family === "task").map(({ name }) => name);
  expect(Object.keys(taskDefinitions).sort()).toEqual(supported.sort());
});

test("a kind of task has a folder in runtime/tasks, with its reading, baseline and scores, and one of the same name where models are trained", () => {
  const foldersIn = (under: string) =>
    new Set(files.flatMap((path) => (path.startsWith(under) ? path.slice(under.length).split("/").slice(0, -1) : [])));
  const folders = [...foldersIn("runtime/tasks/")].filter((folder) => folder !== "checks" && folder !== "formats");
  expect(folders.sort()).toEqual([...foldersIn("runtime/train/tasks/")].sort());
  for (const folder of folders)
    for (const part of ["", "-baseline", "-scores"]) expect(files).toContain(`runtime/tasks/${folder}/${folder}${part}.ts`);
});

test("every engine has a folder of its own and an entry in the catalogue", () => {
  const folders = files.filter((path) => /^runtime\/engines\/(\w+)\/\1-engine\.ts$/.test(path)).map((path) => path.split("/")[2]);
  expect(["auto", ...folders].sort()).toEqual([...engineChoices].sort());
});

test("the extension's settings offer what the catalogue says of engines", () => {
  const { properties } = packageJson.contributes.configuration;
  expect(properties["pretrain.engine"]!.enum).toEqual([...engineChoices]);
  for (const [name, setting] of Object.entries(engineSettings())) expect(properties[name], "npm run generate").toEqual(setting);
});

test("engines are named in the catalogue and in their own code, and nowhere else", () => {
  const own = ["runtime/contract/catalogue/engines.ts", "runtime/engines/"];
  const places = sources.filter((path) => /^(runtime|language|server|client)\//.test(path) && !own.some((start) => path.startsWith(start)));
  // the word `cpu` is also a device
  const names = engines.filter(({ devices, name }) => !(devices as readonly string[]).includes(name)).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(1);
  const named = new RegExp(`["'\`](?:${names.join("|")})["'\`]`);
  const lines = (path: string) => read(path).replace(/\/\*[\s\S]*?\*\//g, "");
  expect(places.filter((path) => named.test(lines(path)))).toEqual([]);
});

test.each([
  ["runtime/compile/rules/all-rules.ts", /^runtime\/compile\/rules\/(?!all-rules|rule\.ts)/],
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
