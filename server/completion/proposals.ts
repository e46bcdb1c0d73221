import { CompletionItemKind } from "vscode-languageserver";
import { alternativesOf, type Expected, type Shape, variedKeys, variedType } from "#language/references/expected-value.ts";
import { describeType } from "#language/values/describe.ts";
import {
  type Choice,
  catalogue,
  type DeclarationKind,
  declarationOf,
  type Key,
  type Option,
  optionsOf,
} from "#runtime/contract/catalogue/index.ts";
import { markdownOfAuthor } from "#runtime/contract/markdown-text.ts";
import {
  choiceDocumentation,
  declarationDocumentation,
  keyDocumentation,
  metricDocumentation,
  optionDocumentation,
} from "../features/documentation.ts";

/** A completion; `insert` is a snippet. */
export interface Proposal {
  label: string;
  kind: CompletionItemKind;
  insert: string;
  detail?: string;
  documentation?: string;
}

/** A declaration that may be named. */
export interface ProposedName {
  kind: DeclarationKind;
  name: string;
  /** The doc comment. */
  doc?: string;
}

export function declarationProposals(): Proposal[] {
  return [
    ...catalogue.declarations.map((declaration) => ({
      label: declaration.kind,
      kind: CompletionItemKind.Keyword,
      insert: declarationSnippet(declaration.kind),
      documentation: declarationDocumentation(declaration),
    })),
    { label: "import", kind: CompletionItemKind.Keyword, insert: 'import "$1"', documentation: "Declarations of another file." },
  ];
}

export function keyProposals({ keys, weighted }: Shape, before: readonly string[], present: readonly string[]): Proposal[] {
  const written = before.length > 0 ? `${before.join(" ")} ` : "";
  const known = keys.flatMap(spelled);
  const fitting = known.filter(({ name }) => name.startsWith(written) && !present.includes(name));
  const shares =
    weighted && before.length === 0
      ? [{ label: "50%:", kind: CompletionItemKind.Snippet, insert: "$" + "{1:50%}: $0", detail: "a part and its share" }]
      : [];
  return [...shares, ...fitting.map((key) => keyProposal(key, written))];
}

export function valueProposals(type: Expected, declared: readonly ProposedName[]): Proposal[] {
  const found = alternativesOf(type).flatMap((each) => proposalsFor(each, declared));
  return [...new Map(found.map((proposal) => [`${proposal.label} ${proposal.detail}`, proposal])).values()];
}

export function metricProposals(): Proposal[] {
  return catalogue.metrics.map((metric) => ({
    label: metric.name,
    kind: CompletionItemKind.EnumMember,
    insert: metric.name,
    documentation: metricDocumentation(metric),
  }));
}

/** Units that may follow a number. */
export function unitProposals(type: Expected): Proposal[] {
  const units = alternativesOf(type).flatMap((each) => {
    if (each.type === "quantity") return each.units.filter((unit) => unit !== "share" && each.later?.[unit] === undefined);
    return each.type === "count" && each.unit ? [each.unit] : [];
  });
  return units.map((unit) => ({ label: unit, kind: CompletionItemKind.Unit, insert: unit }));
}

function proposalsFor(type: Expected, declared: readonly ProposedName[]): Proposal[] {
  switch (type.type) {
    case "choice":
      return type.of.map(choiceProposal);
    case "boolean":
      return ["true", "false"].map((label) => ({ label, kind: CompletionItemKind.EnumMember, insert: label }));
    case "option":
      return optionsOf(type.family).map(optionProposal);
    case "objective":
      return [...named(declared, ["objective", "task"]), ...optionsOf("objective").map(optionProposal)];
    case "reference":
      return named(declared, type.to);
    case "cell":
    case "expectation":
      return named(declared, ["objective", "task", "model", "corpus", "tokenizer"]);
    case "block":
      return [{ label: "{ … }", kind: CompletionItemKind.Struct, insert: "{ $0 }", detail: describeType(type) }];
    case "path":
      return [{ label: '"…"', kind: CompletionItemKind.File, insert: '"$1"', detail: describeType(type) }];
    case "seeds":
      return [{ label: "1..3", kind: CompletionItemKind.Value, insert: "1..$" + "{1:3}", detail: describeType(type) }];
    case "schedule":
      return [
        { label: "every 500 steps", kind: CompletionItemKind.Value, insert: "every $" + "{1:500} steps", detail: describeType(type) },
      ];
    default:
      return [];
  }
}

function choiceProposal(choice: Choice): Proposal {
  return { label: choice.name, kind: CompletionItemKind.EnumMember, insert: choice.name, documentation: choiceDocumentation(choice) };
}

function optionProposal(option: Option): Proposal {
  return {
    label: option.name,
    kind: CompletionItemKind.Function,
    insert: option.name + optionSettings(option),
    detail: option.family,
    documentation: optionDocumentation(option),
  };
}

/** A snippet for the required settings of an option. */
function optionSettings({ name, keys, weighted }: Option): string {
  if (name === "last") return " $" + "{1:2} layers";
  if (weighted) return " { $" + "{1:50%}: $2, $" + "{3:50%}: $4 }";
  const required = keys.filter((key) => key.required);
  return required.length === 0 ? "" : ` { ${required.map((key, index) => `${key.name}: $${index + 1}`).join(", ")} }`;
}

function named(declared: readonly ProposedName[], kinds: readonly DeclarationKind[]): Proposal[] {
  return declared
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ name, kind, doc }) => ({
      label: name,
      kind: CompletionItemKind.Reference,
      insert: name,
      detail: kind,
      ...(doc === undefined ? {} : { documentation: markdownOfAuthor(doc) }),
    }));
}

/** The key as written: after `vary`, once for each name that can vary. */
function spelled(key: Key): Key[] {
  if (key.value.type !== "varied") return [key];
  return variedKeys.flatMap((name) => {
    const of = variedType(name);
    return of ? [{ ...key, name: `${key.name} ${name}`, value: { type: "list", of } as const }] : [];
  });
}

function keyProposal(key: Key, written: string): Proposal {
  return {
    label: key.name.slice(written.length),
    kind: CompletionItemKind.Property,
    insert: `${key.name.slice(written.length)}: ${valueSnippet(key)}`,
    detail: key.required ? "required" : key.default === undefined ? "" : `default ${key.default}`,
    documentation: keyDocumentation(key),
  };
}

/** A snippet for the value: the default, ready to be overwritten, or the form of the value. */
function valueSnippet({ value, default: byDefault }: Key): string {
  switch (value.type) {
    case "list":
      return value.of.type === "path" ? '"$1"' : "[$1]";
    case "path":
      return '"$1"';
    case "block":
      return "{ $1 }";
    case "count":
    case "number":
    case "share":
      return byDefault === undefined ? "$1" : `$${`{1:${byDefault}}`}`;
    default:
      return "$1";
  }
}

/** A snippet for a declaration with its required keys. */
function declarationSnippet(kind: DeclarationKind): string {
  const { family, keys } = declarationOf(kind);
  if (family) return `${kind} $1 = $0`;
  const usual = kind === "compare" ? [{ name: "extends" }, { name: "vary" }] : [];
  const required = [...usual, ...keys.filter((key) => key.required)];
  const lines = required.map((key, index) => `  ${key.name === "vary" ? "vary objective" : key.name}: $${index + 2}`);
  return `${kind} $1 {\n${lines.length > 0 ? lines.join("\n") : "  $0"}\n}`;
}
