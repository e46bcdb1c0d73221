import { type LangiumDocument, type LangiumDocuments, type LangiumSharedCoreServices, type URI, UriUtils } from "langium";
import type { Declaration, File, Import } from "../generated/ast.ts";

/** The URI of the imported file; undefined if the import is incomplete. */
export function importedUri(document: LangiumDocument, statement: Import): URI | undefined {
  return statement.path ? UriUtils.resolvePath(UriUtils.dirname(document.uri), statement.path) : undefined;
}

/**
 * The document and everything it imports, directly or indirectly, itself first: the files that its names may refer to. Imports that are not
 * loaded (because they do not exist) are left out; a cycle is followed once.
 */
export function filesSeenFrom(document: LangiumDocument, documents: LangiumDocuments): LangiumDocument<File>[] {
  const seen = new Map<string, LangiumDocument<File>>();
  const visit = (current: LangiumDocument<File>): void => {
    if (seen.has(current.uri.toString())) return;
    seen.set(current.uri.toString(), current);
    for (const statement of current.parseResult.value.imports) {
      const imported = loadedDocument(current, statement, documents);
      if (imported) visit(imported);
    }
  };
  visit(document as LangiumDocument<File>);
  return [...seen.values()];
}

/** Every declaration that `document` may refer to, its own first. */
export function declarationsSeenFrom(document: LangiumDocument, documents: LangiumDocuments): Declaration[] {
  return filesSeenFrom(document, documents).flatMap((file) =>
    file.parseResult.value.declarations.filter((declaration) => declaration.name),
  );
}

export function loadedDocument(from: LangiumDocument, statement: Import, documents: LangiumDocuments): LangiumDocument<File> | undefined {
  const uri = importedUri(from, statement);
  return uri && (documents.getDocument(uri) as LangiumDocument<File> | undefined);
}

/** Loads everything that `document` imports, directly or indirectly. Missing files stay unloaded. */
export async function loadImports(document: LangiumDocument, shared: LangiumSharedCoreServices): Promise<void> {
  const { LangiumDocuments: documents, FileSystemProvider: files } = shared.workspace;
  const visited = new Set<string>();
  const visit = async (current: LangiumDocument<File>): Promise<void> => {
    if (visited.has(current.uri.toString())) return;
    visited.add(current.uri.toString());
    for (const statement of current.parseResult.value.imports) {
      const uri = importedUri(current, statement);
      const imported = uri && isPretrainFile(uri) ? await documentAt(uri) : undefined;
      if (imported) await visit(imported);
    }
  };
  await visit(document as LangiumDocument<File>);

  /** The document at a URI; undefined if it cannot be read. */
  async function documentAt(uri: URI): Promise<LangiumDocument<File> | undefined> {
    if (!documents.hasDocument(uri) && !(await isFile(uri, files))) return undefined;
    return (await documents.getOrCreateDocument(uri).catch(() => undefined)) as LangiumDocument<File> | undefined;
  }
}

export function isPretrainFile(uri: URI): boolean {
  return UriUtils.extname(uri) === ".pretrain";
}

async function isFile(uri: URI, files: LangiumSharedCoreServices["workspace"]["FileSystemProvider"]): Promise<boolean> {
  return (await files.exists(uri)) && (await files.stat(uri)).isFile;
}
