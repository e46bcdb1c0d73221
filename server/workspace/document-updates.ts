import { Emitter, type FileSystemProvider, URI } from "langium";
import { DefaultDocumentUpdateHandler, type LangiumSharedServices } from "langium/lsp";
import type { DidChangeWatchedFilesParams, FileSystemWatcher, TextDocumentChangeEvent } from "vscode-languageserver";

type Change = TextDocumentChangeEvent<{ uri: string }>;

/** Data files that declarations may name. */
const dataFiles = "**/*.{txt,md,tsv,csv,jsonl,ndjson}";

/** Follows changes on disk in addition to edits: files of the language, and the data that they name. */
export class PretrainDocumentUpdates extends DefaultDocumentUpdateHandler {
  private readonly dataChanged = new Emitter<void>();
  readonly onDataChanged = this.dataChanged.event;
  private readonly isOpen: (uri: string) => boolean;
  private readonly files: FileSystemProvider;

  constructor(services: LangiumSharedServices) {
    super(services);
    this.isOpen = (uri) => services.workspace.TextDocuments.get(uri) !== undefined;
    this.files = services.workspace.FileSystemProvider;
  }

  /** Watches without the default pattern for all files, because runs write many. */
  protected override getWatchers(): FileSystemWatcher[] {
    return [{ globPattern: "**/*.pretrain" }, { globPattern: dataFiles }];
  }

  override didChangeWatchedFiles({ changes }: DidChangeWatchedFilesParams): void {
    const outside = changes.filter(({ uri }) => !uri.includes("/.pretrain/"));
    const texts = outside.filter(({ uri }) => uri.endsWith(".pretrain") && !this.isOpen(uri));
    if (texts.length > 0) super.didChangeWatchedFiles({ changes: texts });
    if (outside.some(({ uri }) => !uri.endsWith(".pretrain"))) this.dataChanged.fire();
  }

  /** Checks again after saving: a data file that was missing may exist now. */
  didSaveDocument(_change: Change): void {
    this.dataChanged.fire();
  }

  /** Unsaved edits are discarded; a text that was never saved is removed. */
  async didCloseDocument({ document }: Change): Promise<void> {
    const uri = URI.parse(document.uri);
    const saved = await this.files.exists(uri);
    if (this.isOpen(document.uri)) return;
    this.fireDocumentUpdate(saved ? [uri] : [], saved ? [] : [uri]);
  }

  /** Validates documents again whose text is unchanged. */
  checkAgain(uris: readonly URI[]): void {
    this.fireDocumentUpdate([...uris], []);
  }
}
