import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type OptionFamily, optionsOf } from "#runtime/contract/catalogue/index.ts";
import { listed } from "#runtime/contract/listed.ts";
import { checkedProblems } from "../../runtime/cli/load.ts";
import { base, data } from "./newcomer/data.ts";
import { analyseText } from "./project.ts";

/** A mistake of someone used to Transformers, Weights & Biases, YAML, JSON or Python, with the expected message. */
interface Mistake {
  text: string;
  /** Whether the text follows `base`; lines count from there. */
  behindBase: boolean;
  place: string;
  /** The beginning of the message; `{objectives}` and `{optimizers}` are replaced by all names. */
  message: string;
  fix?: string;
}

const mistakes = readFileSync(new URL("newcomer/mistakes.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Mistake);

/** Names of the catalogue that messages list, so that a new name changes no line of the table. */
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
  const problems = await checkedProblems(`${folder}/main.pretrain`);
  const found = problems.find((problem) => problem.message.startsWith(filled(message)));
  expect(found && `${found.line - lines}:${found.column}`, problems.map((problem) => problem.message).join("\n")).toBe(place);
  if (fix !== undefined) expect(found?.fixes?.[0]).toBe(fix);
});
