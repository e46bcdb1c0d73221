import {
  type BuildOptions,
  DefaultDocumentBuilder,
  DocumentState,
  type LangiumDocument,
  type LangiumSharedCoreServices,
  OperationCancelled,
  type URI,
  UriUtils,
} from "langium";
import type { CancellationToken } from "vscode-languageserver";
import type { File } from "#language/generated/ast.ts";
import { importedUri, loadedDocument, loadImports } from "#language/references/resolve-imports.ts";
import type { PretrainWorkspaceFiles } from "./workspace-files.ts";

type BuilderServices = LangiumSharedCoreServices & { workspace: { WorkspaceManager: PretrainWorkspaceFiles } };

/** Builds a file together with its imports, wherever they are, and again when one of them changes. */
export class PretrainDocumentBuilder extends DefaultDocumentBuilder {
  private readonly shared: BuilderServices;

  constructor(shared: BuilderServices) {
    super(shared);
    this.shared = shared;
  }

  protected override async buildDocuments(documents: LangiumDocument[], options: BuildOptions, token: CancellationToken): Promise<void> {
    await this.runCancelable(documents, DocumentState.Parsed, token, (document) => this.langiumDocumentFactory.update(document, token));
    for (const document of documents) await loadImports(document, this.shared);
    const loaded = this.langiumDocuments.all.filter((each) => each.state < DocumentState.Validated && !documents.includes(each)).toArray();
    await super.buildDocuments([...documents, ...loaded], options, token);
  }

  /** Requests about the whole workspace wait until its files have been found. */
  protected override async awaitBuilderState(state: DocumentState, token: CancellationToken): Promise<void> {
    await this.shared.workspace.WorkspaceManager.found;
    await super.awaitBuilderState(state, token);
  }

  /** Makes a request wait if it arrives before its document has been built. */
  protected override awaitDocumentState(state: DocumentState, uri: URI, token: CancellationToken): Promise<URI> {
    const document = this.langiumDocuments.getDocument(uri);
    const isOpen = this.textDocuments?.get(uri.toString()) !== undefined;
    if (!isOpen || (document && document.state >= state)) return super.awaitDocumentState(state, uri, token);
    return new Promise((resolve, reject) => {
      const listeners = [
        this.onDocumentPhase(state, (built) => {
          if (UriUtils.equals(built.uri, uri)) end(() => resolve(uri));
        }),
        token.onCancellationRequested(() => end(() => reject(OperationCancelled))),
      ];
      const end = (answer: () => void) => {
        for (const listener of listeners) listener.dispose();
        answer();
      };
    });
  }

  /** Resolved names, missing names and duplicates depend on every imported file. */
  protected override shouldRelink(document: LangiumDocument, changed: Set<string>): boolean {
    return super.shouldRelink(document, changed) || this.imports(document, changed, new Set());
  }

  private imports(document: LangiumDocument, requested: ReadonlySet<string>, visited: Set<LangiumDocument>): boolean {
    if (visited.has(document) || document.state < DocumentState.Parsed) return false;
    visited.add(document);
    return (document as LangiumDocument<File>).parseResult.value.imports.some((statement) => {
      if (requested.has(importedUri(document, statement)?.toString() ?? "")) return true;
      const imported = loadedDocument(document, statement, this.langiumDocuments);
      return imported !== undefined && this.imports(imported, requested, visited);
    });
  }
}
