import { type CstNode, CstUtils, GrammarUtils, type LangiumDocument } from "langium";
import type { HoverProvider } from "langium/lsp";
import type { Hover, HoverParams } from "vscode-languageserver";
import { documentationOf } from "#language/doc-comments.ts";
import {
  type Declaration,
  type File,
  isCatalogueName,
  isDeclaration,
  isEntry,
  isExpectation,
  isNamed,
  isQuantity,
} from "#language/generated/ast.ts";
import { keyOf } from "#language/references/expected-value.ts";
import { inlineText, keyLabel } from "#language/text/inline.ts";
import { parseAmount } from "#language/values/amount.ts";
import { declarationOf } from "#runtime/contract/catalogue/index.ts";
import { markdownOfAuthor } from "#runtime/contract/markdown-text.ts";
import type { PretrainLanguageServices } from "../services.ts";
import { code, declarationDocumentation, entryDocumentation, keyDocumentation, paragraphs } from "./documentation.ts";

/** Shows the catalogue's help, or a declaration's doc comment, for the name under the pointer. */
export class PretrainHover implements HoverProvider {
  private readonly services: PretrainLanguageServices;

  constructor(services: PretrainLanguageServices) {
    this.services = services;
  }

  getHoverContent(document: LangiumDocument, { position }: HoverParams): Hover | undefined {
    const root = (document as LangiumDocument<File>).parseResult.value.$cstNode;
    const leaf = root && leafAt(root, document.textDocument.offsetAt(position));
    const value = leaf && this.textFor(leaf);
    return value ? { contents: { kind: "markdown", value }, range: leaf.range } : undefined;
  }

  private textFor(leaf: CstNode): string | undefined {
    const node = leaf.astNode;
    const property = GrammarUtils.findAssignment(leaf)?.feature;
    if (isDeclaration(node)) {
      if (property === "kind") return declarationDocumentation(declarationOf(node.kind));
      return property === "name" ? this.declared(node) : undefined;
    }
    if (isEntry(node)) {
      if (property === "weight") return "The share of training steps that train this part.";
      const key = property === "key" ? keyOf(node) : undefined;
      return key && keyDocumentation(key);
    }
    if (isNamed(node) && property === "target") return this.target(node.target?.ref);
    if (isExpectation(node) && property === "task") return this.target(node.task?.ref);
    if (isExpectation(node) && property === "metric") return this.target(node.metric?.ref);
    return isQuantity(node) ? quantity(node.amount) : undefined;
  }

  private target(target: unknown): string | undefined {
    if (isDeclaration(target)) return this.declared(target);
    return isCatalogueName(target) ? entryDocumentation(this.services.references.CatalogueNames.entryOf(target)) : undefined;
  }

  private declared(declaration: Declaration): string {
    const doc = documentationOf(declaration);
    return paragraphs([doc && markdownOfAuthor(doc), code(summary(declaration))]);
  }
}

const maxEntries = 12;

/** The declaration on a few lines. */
function summary({ kind, name, value, body }: Declaration): string {
  if (value) return `${kind} ${name} = ${inlineText(value)}`;
  const lines = (body?.entries ?? []).map((entry) => `  ${keyLabel(entry)} ${inlineText(entry.value)}`);
  const shown = lines.length > maxEntries ? [...lines.slice(0, maxEntries), "  …"] : lines;
  return [`${kind} ${name} {`, ...shown, "}"].join("\n");
}

/** The plain number for an amount with a suffix or a percent sign. */
function quantity(text: string): string | undefined {
  const amount = parseAmount(text);
  if (!amount || !/[kMGBT%]|[eE]/.test(text.split(/\s/)[0] ?? "")) return undefined;
  const { value, unit } = amount;
  const written = Math.abs(value) >= 1 ? value.toLocaleString("en-US") : String(value);
  return unit === undefined ? written : `${written} ${unit}`;
}

/** The leaf that contains the offset or ends there. */
export function leafAt(root: CstNode, offset: number): CstNode | undefined {
  const at = CstUtils.findLeafNodeAtOffset(root, offset);
  if (at && !at.hidden) return at;
  const before = offset > 0 ? CstUtils.findLeafNodeAtOffset(root, offset - 1) : undefined;
  return before && !before.hidden && before.end === offset ? before : undefined;
}
