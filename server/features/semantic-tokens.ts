import type { AstNode } from "langium";
import { AbstractSemanticTokenProvider, type SemanticTokenAcceptor } from "langium/lsp";
import { SemanticTokenModifiers, SemanticTokenTypes } from "vscode-languageserver";
import {
  isCatalogueName,
  isDeclaration,
  isEntry,
  isExpectation,
  isNamed,
  isQuantity,
  type Named,
  type Quantity,
} from "#language/generated/ast.ts";
import { optionAt } from "#language/references/expected-value.ts";

/** Highlights what the grammar alone cannot distinguish: keys, declarations, options, choices, units. */
export class PretrainSemanticTokens extends AbstractSemanticTokenProvider {
  protected override highlightElement(node: AstNode, accept: SemanticTokenAcceptor): void {
    if (isDeclaration(node)) {
      if (node.kind) accept({ node, property: "kind", type: SemanticTokenTypes.keyword });
      if (node.name) accept({ node, property: "name", type: SemanticTokenTypes.class, modifier: SemanticTokenModifiers.declaration });
    } else if (isEntry(node)) {
      for (const index of node.key.keys()) accept({ node, property: "key", index, type: SemanticTokenTypes.property });
      if (node.weight !== undefined) accept({ node, property: "weight", type: SemanticTokenTypes.number });
    } else if (isNamed(node)) {
      const type = typeOf(node);
      if (type) accept({ node, property: "target", type });
    } else if (isExpectation(node)) {
      if (node.margin !== undefined) accept({ node, property: "margin", type: SemanticTokenTypes.number });
      if (node.task) accept({ node, property: "task", type: SemanticTokenTypes.class });
      if (node.metric) accept({ node, property: "metric", type: SemanticTokenTypes.enumMember });
    } else if (isQuantity(node)) quantity(node, accept);
  }
}

function typeOf(named: Named): string | undefined {
  const target = named.target?.ref;
  if (isDeclaration(target)) return SemanticTokenTypes.class;
  if (optionAt(named)) return SemanticTokenTypes.function;
  return isCatalogueName(target) || ["true", "false"].includes(named.target?.$refText ?? "") ? SemanticTokenTypes.enumMember : undefined;
}

/** Splits a number from its unit, which are one token of the grammar. */
function quantity(node: Quantity, accept: SemanticTokenAcceptor): void {
  const range = node.$cstNode?.range;
  const number = /^\S+/.exec(node.amount)?.[0];
  if (!range || !number) return;
  const { line, character } = range.start;
  accept({ line, char: character, length: number.length, type: SemanticTokenTypes.number });
  const unit = /\s(\S+)$/.exec(node.amount)?.[1];
  if (unit) {
    accept({ line, char: range.end.character - unit.length, length: unit.length, type: SemanticTokenTypes.type });
  }
}
