import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { optionsOf } from "#runtime/contract/catalogue/index.ts";
import { problemsOf } from "../../runtime/cli/load.ts";
import { base, data } from "./newcomer/data.ts";
import { analyseText } from "./project.ts";

/** What somebody writes who comes from Transformers, Weights & Biases, YAML, JSON or Python, and what is said of it. */
interface Mistake {
  text: string;
  /** The text stands behind `base`; lines count from there. */
  behindBase: boolean;
  place: string;
  /** Its beginning; `{objectives}` stands for the names of all objectives. */
  message: string;
  fix?: string;
}

const mistakes = readFileSync(new URL("newcomer/mistakes.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Mistake);

const names = optionsOf("objective").map(({ name }) => name);
const objectives = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

test("there are 150 different mistakes", () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(150);
  expect(new Set(mistakes.map(({ text }) => text)).size).toBe(mistakes.length);
});

test.each(mistakes)("$text", async ({ text, behindBase, place, message, fix }) => {
  const { folder } = await analyseText(behindBase ? `${base}${text}` : text, data);
  const lines = behindBase ? base.split("\n").length - 1 : 0;
  const problems = await problemsOf(`${folder}/main.pretrain`);
  const found = problems.find((problem) => problem.message.startsWith(message.replace("{objectives}", objectives)));
  expect(found && `${found.line - lines}:${found.column}`, problems.map((problem) => problem.message).join("\n")).toBe(place);
  if (fix !== undefined) expect(found?.fixes?.[0]).toBe(fix);
});
