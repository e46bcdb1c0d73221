/** Writes docs/reference.md from the catalogue; with `--check` says whether the committed file is still what it would write. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describeType } from "#language/values/describe.ts";
import { engines } from "#runtime/contract/catalogue/engines.ts";
import {
  catalogue,
  type Declaration,
  extendsKey,
  type Key,
  type Option,
  type OptionFamily,
  type ValueType,
} from "#runtime/contract/catalogue/index.ts";
import { engineOptionKeys, flagOf } from "#runtime/contract/engine-options.ts";
import { dataChecks } from "#runtime/tasks/checks/table.ts";

const file = new URL("../docs/reference.md", import.meta.url);

export function referencePage(): string {
  const sections = [introduction, ...catalogue.declarations.map(declarationSection), metricsSection(), checksSection(), enginesSection()];
  return `${sections.join("\n\n")}\n`;
}

const introduction = `# Reference of the \`.pretrain\` language

<!-- Written by tools/generate-reference.ts from runtime/contract/catalogue. Do not edit. -->

## How a file is written

A file is a list of declarations in any order. Most have a block, \`model small { layers: 4 }\`; objectives and tasks start from
one of the catalogue, \`objective mlm = masked { rate: 15% }\`. A block has \`key: value\` entries, parted by line ends or commas.
Values are names, texts in quotes, numbers with suffix and unit (\`8k\`, \`5M tokens\`, \`1e13 flops\`, \`15%\`; k, M, G or B, T are
powers of a thousand), lists \`[clm, mlm]\`, ranges \`1..5\` and blocks. One value stands for a list of one. \`//\` and \`/* */\` are
comments; \`/** … */\` directly before a declaration documents it, and one with a blank line behind it at the top is about the
file. \`import "shared.pretrain"\` brings all declarations that the other file sees. Paths start at the folder of the file in
which they are written.

## Choices we made

- **One name, one thing.** Names are unique over all kinds of declarations and all imported files, so that \`pretrain run FILE NAME\`
  needs no kind, and a task's name can stand where an objective is expected. What the catalogue calls an objective cannot be
  declared anew.
- **\`extends\` merges setting by setting.** \`optimizer: adamw { learning_rate: 1e-4 }\` changes the learning rate of what is
  extended and keeps its schedule: a declaration differs in nothing but what it says. Lists, shares of a mixture and objectives are
  replaced whole. The same holds for the defaults below that are themselves blocks.
- **An objective in place is its own text.** \`masked { rate: 40% }\` needs no declaration and is called so in tables.
- **A unit belongs to its number**, on the same line, as line ends do not end an entry.
- **A budget in time** (\`budget: 30 min\`) is in the language and not supported yet: an error says so at its place.`;

function enginesSection(): string {
  const rows = engines.map(
    ({ name, help, devices, precisions, ...rest }) =>
      `| \`${name}\` | ${help} | ${devices.join(", ")} | ${precisions.join(", ")} | ${"install" in rest ? `\`pretrain engines install ${name}\`` : "comes with every installation"} |`,
  );
  const options = engineOptionKeys.map(({ engine, key }) => {
    const flags = key.value.type === "boolean" ? `\`${flagOf(key)}\`, \`${flagOf(key).replace("--", "--no-")}\`` : `\`${flagOf(key)}\``;
    return `- ${flags} (${engine}): ${typeOf(key.value)}. ${key.help}`;
  });
  return join([
    "## Engines",
    "What runs the programs of a run: `--engine` of the command line, `pretrain.engine` in VS Code. `auto` takes the first of these that is here.\nSee [engines](engines.md).",
    ["| engine | is | computes on | precision | how to get it |", "|---|---|---|---|---|", ...rows].join("\n"),
    options.length > 0 ? `Options of \`pretrain run\` that one engine has:\n\n${options.join("\n")}` : "",
  ]);
}

/** Codes with several entries are told once. */
function checksSection(): string {
  const rows = new Map(
    dataChecks.map(({ code, severity, readers, of }) => [`${code} ${of}`, `| \`${code}\` | ${severity} | ${readers.join(", ")} | ${of} |`]),
  );
  return join([
    "## Checks of data files",
    "Each says the file and the line, what was found, what was expected and what to do. Those of a corpus's beginning are made by `check` and in the editor, the others by `run`; those of a task's files always beforehand. What only one kind of task has is checked as well.",
    ["| code | | of | made on |", "|---|---|---|---|", ...rows.values()].join("\n"),
  ]);
}

function declarationSection(declaration: Declaration): string {
  const { kind, help, keys, family, example } = declaration;
  const options = familiesOf(declaration).filter((each) => each === family || ownerOf(each) === kind);
  return join([
    `## ${kind}`,
    help,
    codeBlock(example),
    keyList([extendsKey(kind), ...keys]),
    ...options.flatMap((each) => optionsSection(each)),
  ]);
}

function optionsSection(family: OptionFamily): string[] {
  return catalogue.options.filter((option) => option.family === family).map((option) => optionSection(option, headings[family]));
}

const headings: Readonly<Record<OptionFamily, string>> = {
  objective: "objective",
  task: "task",
  optimizer: "optimizer",
  trained: "train",
  answered: "as",
  baseline: "baseline",
  from: "from",
};

function optionSection(option: Option, heading: string): string {
  const { name, help, formula, source, architectures, keys, example, weighted } = option;
  return join([
    `### ${heading}: ${name}`,
    help,
    formula ? `$$${formula}$$` : "",
    architectures ? `Carried by: ${architectures.join(", ")}; \`architecture: auto\` takes the first.` : "",
    weighted ? "Its block holds `50%: objective` entries that add up to 100%." : "",
    source ? `Source: ${source}.` : "",
    codeBlock(example),
    keyList(keys),
  ]);
}

function keyList(keys: readonly Key[]): string {
  return keys.map((key) => keyEntry(key, "")).join("\n");
}

/** A key as a list item, the keys of its block and its choices below it. */
function keyEntry(key: Key, indent: string): string {
  const given = key.required ? "required" : key.default === undefined ? "may be left out" : `default \`${key.default}\``;
  const facts = [
    `${indent}- \`${key.name}\`: ${typeOf(key.value)}; ${given}. ${key.help.replaceAll("<", "&lt;")}`,
    key.formula ? `${indent}  $${key.formula}$` : "",
    key.source ? `${indent}  Source: ${key.source}.` : "",
    key.example ? `${indent}  Example: \`${key.example}\`` : "",
    ...choicesIn(key.value).map(({ name, help, source }) => `${indent}  - \`${name}\`: ${help}${source ? ` (${source})` : ""}`),
    ...blockKeysIn(key.value).map((inner) => keyEntry(inner, `${indent}  `)),
  ];
  return facts.filter((fact) => fact !== "").join("\n");
}

function typeOf(type: ValueType): string {
  if (type.type === "choice") return "one of these";
  if (type.type === "block") return "a block";
  if (type.type === "list") return `a list of: ${typeOf(type.of)}`;
  return type.type === "either" ? type.of.map(typeOf).join(", or ") : describeType(type);
}

function choicesIn(type: ValueType): readonly { name: string; help: string; source?: string }[] {
  if (type.type === "choice") return type.of;
  if (type.type === "list") return choicesIn(type.of);
  return type.type === "either" ? type.of.flatMap(choicesIn) : [];
}

function blockKeysIn(type: ValueType): readonly Key[] {
  if (type.type === "block") return type.keys;
  return type.type === "list" ? blockKeysIn(type.of) : [];
}

function familiesIn(type: ValueType): OptionFamily[] {
  if (type.type === "option") return [type.family];
  if (type.type === "list") return familiesIn(type.of);
  return type.type === "either" ? type.of.flatMap(familiesIn) : [];
}

/** Families whose options a declaration takes: its own, those of its keys, and those of its own options' keys. */
function familiesOf({ family, keys }: Declaration): OptionFamily[] {
  const inside = catalogue.options.filter((option) => option.family === family).flatMap((option) => option.keys);
  return [...new Set([...(family ? [family] : []), ...[...keys, ...inside].flatMap((key) => familiesIn(key.value))])];
}

/** The first declaration that takes options of the family: they are described there. */
function ownerOf(family: OptionFamily): string | undefined {
  return catalogue.declarations.find((each) => familiesOf(each).includes(family))?.kind;
}

function metricsSection(): string {
  const entries = catalogue.metrics.map(({ name, help, formula, source, of, better, keys = [] }) =>
    [
      `- \`${name}\` (${[of.length > 0 ? of.join(", ") : "files", better ? `${better} is better` : ""].filter(Boolean).join("; ")}): ${help}`,
      formula ? `  $${formula}$` : "",
      source ? `  Source: ${source}.` : "",
      ...keys.map((key) => keyEntry(key, "  ")),
    ]
      .filter((line) => line !== "")
      .join("\n"),
  );
  return join([
    "## Metrics",
    "They stand in a task's `metrics` and in `expect: mlm > clm on sentiment.accuracy`, by their name alone. `pretrain score METRIC` takes any\nof them on files, with the options below it: `smooth_value` is written `--smooth-value`.",
    entries.join("\n"),
  ]);
}

function codeBlock(example: string): string {
  return `\`\`\`pretrain\n${example}\n\`\`\``;
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

if (import.meta.main) {
  const text = referencePage();
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error("docs/reference.md is not what the catalogue says; run: node tools/generate-reference.ts");
    process.exitCode = 1;
  }
}
