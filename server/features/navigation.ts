import { type AstNode, GrammarUtils, type LangiumDocument, type LangiumDocuments } from "langium";
import { DefaultDefinitionProvider, DefaultFoldingRangeProvider, DefaultRenameProvider } from "langium/lsp";
import type { DefinitionParams } from "vscode-languageserver";
import { ErrorCodes, type LocationLink, type Range, type RenameParams, ResponseError, type WorkspaceEdit } from "vscode-languageserver";
import { type File, isBlock, isCatalogueName, isImport, isList } from "#language/generated/ast.ts";
import { filesSeenFrom, importedUri, loadedDocument } from "#language/references/resolve-imports.ts";
import { startOfFile } from "#language/text-ranges.ts";
import type { PretrainLanguageServices } from "../services.ts";
import { leafAt } from "./hover.ts";

/** Go to definition: from a name to its declaration, from an import to its file. */
export class PretrainDefinitions extends DefaultDefinitionProvider {
  private readonly documents: LangiumDocuments;

  constructor(services: PretrainLanguageServices) {
    super(services);
    this.documents = services.shared.workspace.LangiumDocuments;
  }

  override getDefinition(document: LangiumDocument, params: DefinitionParams) {
    const root = document.parseResult.value.$cstNode;
    const leaf = root && leafAt(root, document.textDocument.offsetAt(params.position));
    const statement = leaf?.astNode;
    if (!leaf || !isImport(statement)) return super.getDefinition(document, params);
    const uri = importedUri(document, statement);
    if (!uri || !loadedDocument(document, statement, this.documents)) return undefined;
    const link: LocationLink = {
      targetUri: uri.toString(),
      targetRange: startOfFile,
      targetSelectionRange: startOfFile,
      originSelectionRange: leaf.range,
    };
    return [link];
  }
}

const word = /^[_a-zA-Z]\w*(-\w+)*$/;

/** Renames a declaration in every file that can see it. The catalogue's names cannot be renamed. */
export class PretrainRename extends DefaultRenameProvider {
  private readonly documents: LangiumDocuments;

  constructor(services: PretrainLanguageServices) {
    super(services);
    this.documents = services.shared.workspace.LangiumDocuments;
  }

  override async rename(document: LangiumDocument, params: RenameParams): Promise<WorkspaceEdit | undefined> {
    const declaration = this.declarationAt(document, params.position);
    if (!declaration) return undefined;
    const { newName } = params;
    if (!word.test(newName))
      throw refused(`${newName} is not a valid name. Start with a letter or _, followed by letters, digits, _, or - between words.`);
    const taken = this.seeing(declaration).some((file) =>
      file.parseResult.value.declarations.some((each) => each.name === newName && each !== declaration),
    );
    if (taken) throw refused(`The name ${newName} is taken. Choose another name.`);
    return super.rename(document, params);
  }

  override prepareRename(document: LangiumDocument, params: RenameParams): Range | undefined {
    return this.declarationAt(document, params.position) ? this.renameNodeRange(document, params.position) : undefined;
  }

  private declarationAt(document: LangiumDocument, position: RenameParams["position"]): AstNode | undefined {
    const root = document.parseResult.value.$cstNode;
    const leaf = root && leafAt(root, document.textDocument.offsetAt(position));
    const [target] = leaf && GrammarUtils.findAssignment(leaf) ? this.references.findDeclarations(leaf) : [];
    return target && !isCatalogueName(target) ? target : undefined;
  }

  /** The files that can refer to a declaration. */
  private seeing(declaration: AstNode): LangiumDocument<File>[] {
    return (this.documents.all.toArray() as LangiumDocument<File>[]).flatMap((file) => {
      const seen = filesSeenFrom(file, this.documents);
      return seen.some((each) => each.parseResult.value.declarations.some((one) => one === declaration)) ? seen : [];
    });
  }
}

function refused(message: string): ResponseError<void> {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}

/** Folds blocks, lists and comments that span several lines. */
export class PretrainFolding extends DefaultFoldingRangeProvider {
  protected override shouldProcess(node: AstNode): boolean {
    return isBlock(node) || isList(node);
  }
}
