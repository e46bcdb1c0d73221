import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type OptionFamily, optionsOf } from "#runtime/contract/catalogue/index.ts";
import { listed } from "#runtime/contract/listed.ts";
import { problemsOf } from "../../runtime/cli/load.ts";
import { base, data } from "./newcomer/data.ts";
import { analyseText } from "./project.ts";

/** What somebody writes who comes from Transformers, Weights & Biases, YAML, JSON or Python, and what is said of it. */
interface Mistake {
  text: string;
  /** The text stands behind `base`; lines count from there. */
  behindBase: boolean;
  place: string;
  /** Its beginning; `{objectives}` and `{optimizers}` stand for the names of all. */
  message: string;
  fix?: string;
}

const mistakes = readFileSync(new URL("newcomer/mistakes.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Mistake);

/** What messages list of the catalogue, so that a name that comes to it changes no line of the table. */
const namesOf = (family: OptionFamily) =>
  listed(
    optionsOf(family).map(({ name }) => name),
    "or",
  );
const filled = (message: string) => message.replace("{objectives}", namesOf("objective")).replace("{optimizers}", namesOf("optimizer"));

test("there are 150 different mistakes", () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(150);
  expect(new Set(mistakes.map(({ text }) => text)).size).toBe(mistakes.length);
});

test.each(mistakes)("$text", async ({ text, behindBase, place, message, fix }) => {
  const { folder } = await analyseText(behindBase ? `${base}${text}` : text, data);
  const lines = behindBase ? base.split("\n").length - 1 : 0;
  const problems = await problemsOf(`${folder}/main.pretrain`);
  const found = problems.find((problem) => problem.message.startsWith(filled(message)));
  expect(found && `${found.line - lines}:${found.column}`, problems.map((problem) => problem.message).join("\n")).toBe(place);
  if (fix !== undefined) expect(found?.fixes?.[0]).toBe(fix);
});
