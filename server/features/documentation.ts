import type { CatalogueEntry } from "#language/references/built-in.ts";
import { alternatives, describeType } from "#language/values/describe.ts";
import type { Choice, Declaration, Key, Metric, Option } from "#runtime/contract/catalogue/index.ts";
import { directionText } from "#runtime/contract/direction.ts";
import { markdownCode } from "#runtime/contract/markdown-text.ts";
import { formulaText } from "./formula.ts";

/** The catalogue's documentation of an entry as Markdown, for hovers and completions. */
export function declarationDocumentation({ kind, help, example }: Declaration): string {
  return paragraphs([`**${kind}**`, help, code(example)]);
}

export function keyDocumentation({ name, value, required, default: byDefault, help, formula, source, example }: Key): string {
  return paragraphs([
    `**${name}**: ${describeType(value)}`,
    help,
    byDefault === undefined ? (required ? "Required." : undefined) : `Default: \`${byDefault}\``,
    formulaOf(formula),
    sourceOf(source),
    example === undefined ? undefined : code(example),
  ]);
}

export function optionDocumentation({ name, help, formula, source, keys, architectures, example }: Option): string {
  return paragraphs([
    `**${name}**`,
    help,
    formulaOf(formula),
    architectures
      ? `Carried by: ${alternatives(architectures, "and")}${architectures.length > 1 ? `; by default ${architectures[0]}` : ""}`
      : undefined,
    keys.length > 0 ? keys.map(keyLine).join("\n") : undefined,
    sourceOf(source),
    code(example),
  ]);
}

export function choiceDocumentation({ name, help, source }: Choice): string {
  return paragraphs([`**${name}**`, help, sourceOf(source)]);
}

export function metricDocumentation({ name, help, formula, source }: Metric): string {
  return paragraphs([`**${name}**`, help, directionText(name), formulaOf(formula), sourceOf(source)]);
}

export function entryDocumentation(entry: CatalogueEntry): string {
  if (entry.is === "option") return optionDocumentation(entry.option);
  return entry.is === "choice" ? choiceDocumentation(entry.choice) : metricDocumentation(entry.metric);
}

export function paragraphs(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

export function code(text: string): string {
  return markdownCode(text, "pretrain");
}

function keyLine({ name, help, default: byDefault }: Key): string {
  return `- \`${name}\`: ${help}${byDefault === undefined ? "" : ` Default: \`${byDefault}\`.`}`;
}

function formulaOf(tex: string | undefined): string | undefined {
  return tex && `\`${formulaText(tex)}\``;
}

function sourceOf(source: string | undefined): string | undefined {
  return source && `Source: ${source}`;
}
