import { type AstNode, type AstNodeDescription, isAstNodeDescription, type LangiumDocument } from "langium";
import { DefaultNodeKindProvider, type DocumentSymbolProvider } from "langium/lsp";
import type { DocumentSymbol } from "vscode-languageserver";
import { SymbolKind } from "vscode-languageserver";
import { type File, isDeclaration } from "#language/generated/ast.ts";
import { rangeOfName } from "#language/text-ranges.ts";
import type { DeclarationKind } from "#runtime/contract/catalogue/index.ts";

const kinds: Readonly<Record<DeclarationKind, SymbolKind>> = {
  corpus: SymbolKind.File,
  tokenizer: SymbolKind.Key,
  model: SymbolKind.Class,
  objective: SymbolKind.Function,
  task: SymbolKind.Interface,
  pretrain: SymbolKind.Event,
  finetune: SymbolKind.Event,
  probe: SymbolKind.Event,
  compare: SymbolKind.Module,
};

/** The icons of declarations, also in the workspace's symbols. */
export class PretrainNodeKinds extends DefaultNodeKindProvider {
  override getSymbolKind(node: AstNode | AstNodeDescription): SymbolKind {
    const declaration = isAstNodeDescription(node) ? node.node : node;
    return isDeclaration(declaration) ? kinds[declaration.kind] : SymbolKind.Variable;
  }
}

export class PretrainDocumentSymbols implements DocumentSymbolProvider {
  getSymbols(document: LangiumDocument): DocumentSymbol[] {
    return (document as LangiumDocument<File>).parseResult.value.declarations.flatMap((declaration) => {
      const { kind, name, $cstNode } = declaration;
      const selectionRange = rangeOfName(declaration);
      if (!kind || !name || !$cstNode || !selectionRange) return [];
      return [{ name, detail: kind, kind: kinds[kind], range: $cstNode.range, selectionRange }];
    });
  }
}
