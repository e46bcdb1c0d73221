/** Writes docs/reference.md from the catalogue. With `--check`, reports whether the committed file is up to date. */
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
import { dataChecks } from "#runtime/tasks/checks/all-data-checks.ts";

const file = new URL("../docs/reference.md", import.meta.url);

export function referencePage(): string {
  const sections = [introduction, ...catalogue.declarations.map(declarationSection), metricsSection(), checksSection(), enginesSection()];
  return `${sections.join("\n\n")}\n`;
}

const introduction = `# Reference of the \`.pretrain\` language

<!-- Written by tools/generate-reference.ts from runtime/contract/catalogue. Do not edit. -->

## How a file is written

A file is a list of declarations in any order. Most have a block: \`model small { layers: 4 }\`. Objectives and tasks start from
one of the catalogue, \`objective mlm = masked { rate: 15% }\`. A block has \`key: value\` entries, separated by line ends or commas.
Values are names, texts in quotes, numbers with suffix and unit (\`8k\`, \`5M tokens\`, \`1e13 flops\`, \`15%\`; k, M, G or B, T are
powers of a thousand), lists \`[clm, mlm]\`, ranges \`1..5\` and blocks. A single value counts as a list of one. \`//\` and \`/* */\` are
comments; \`/** … */\` directly before a declaration documents it; one at the top, followed by a blank line, describes the
file. \`import "shared.pretrain"\` makes all declarations available that the other file sees. Paths are relative to the folder of the file in
which they are written.

## Design choices

- **One name, one thing.** Names are unique over all kinds of declarations and all imported files, so that \`pretrain run FILE NAME\`
  needs no kind, and a task's name can be used where an objective is expected. A name that the catalogue gives an objective cannot be
  declared again.
- **\`extends\` merges setting by setting.** \`optimizer: adamw { learning_rate: 1e-4 }\` changes the learning rate of the
  extended declaration and keeps its schedule: a declaration differs only in what it says. Lists, shares of a mixture and objectives are
  replaced as a whole. The same holds for the defaults below that are blocks.
- **An objective in place is named by its text.** \`masked { rate: 40% }\` needs no declaration, and tables call it by this text.
- **A unit belongs to its number**, on the same line, because line ends do not end an entry.
- **A budget in time** (\`budget: 30 min\`) is in the language but not supported yet; it is reported as an error.`;

function enginesSection(): string {
  const rows = engines.map(
    ({ name, help, devices, precisions, ...rest }) =>
      `| \`${name}\` | ${help} | ${devices.join(", ")} | ${precisions.join(", ")} | ${"install" in rest ? `\`pretrain engines install ${name}\`` : "included"} |`,
  );
  const options = engineOptionKeys.map(({ engine, key }) => {
    const flags = key.value.type === "boolean" ? `\`${flagOf(key)}\`, \`${flagOf(key).replace("--", "--no-")}\`` : `\`${flagOf(key)}\``;
    return `- ${flags} (${engine}): ${typeOf(key.value)}. ${key.help}`;
  });
  return join([
    "## Engines",
    "The engine executes a run's programs. Choose it with `--engine` on the command line or `pretrain.engine` in VS Code. `auto` uses the first available one.\nSee [engines](engines.md).",
    ["| engine | description | devices | precision | installation |", "|---|---|---|---|---|", ...rows].join("\n"),
    options.length > 0 ? `Options of \`pretrain run\` that apply to one engine:\n\n${options.join("\n")}` : "",
  ]);
}

/** The section on checks of data files. A code with several entries appears once. */
function checksSection(): string {
  const rows = new Map(
    dataChecks.map(({ code, severity, readers, of }) => [`${code} ${of}`, `| \`${code}\` | ${severity} | ${readers.join(", ")} | ${of} |`]),
  );
  return join([
    "## Checks of data files",
    "Each problem names the file and the line, what was found, what was expected and what to do. `check` and the editor check the beginning of a corpus, and `run` checks the rest. Files of tasks are always checked before a run starts. Each kind of task has further checks of its own.",
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
    architectures ? `Carried by: ${architectures.join(", ")}; \`architecture: auto\` uses the first.` : "",
    weighted ? "Its block holds `50%: objective` entries that add up to 100%." : "",
    source ? `Source: ${source}.` : "",
    codeBlock(example),
    keyList(keys),
  ]);
}

function keyList(keys: readonly Key[]): string {
  return keys.map((key) => keyEntry(key, "")).join("\n");
}

/** A key as a list item, followed by the keys of its block and its choices. */
function keyEntry(key: Key, indent: string): string {
  const given = key.required ? "required" : key.default === undefined ? "optional" : `default \`${key.default}\``;
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

/** The option families of a declaration: its own, those of its keys, and those of its options' keys. */
function familiesOf({ family, keys }: Declaration): OptionFamily[] {
  const inside = catalogue.options.filter((option) => option.family === family).flatMap((option) => option.keys);
  return [...new Set([...(family ? [family] : []), ...[...keys, ...inside].flatMap((key) => familiesIn(key.value))])];
}

/** The first declaration that takes options of the family; the options are described there. */
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
    "A task's `metrics` and expectations such as `expect: mlm > clm on sentiment.accuracy` name them without settings. `pretrain score METRIC`\ncomputes any of them from files, with the options listed below it: `smooth_value` becomes `--smooth-value`.",
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
    console.error("docs/reference.md is out of date; run: node tools/generate-reference.ts");
    process.exitCode = 1;
  }
}
