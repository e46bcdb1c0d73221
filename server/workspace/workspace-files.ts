import { DefaultWorkspaceManager, type LangiumDocument, type URI, type WorkspaceFolder } from "langium";
import type { InitializedParams } from "vscode-languageserver";

/** Maximum number of folders to search. Larger workspaces (a home folder, a disk) are not searched completely. */
const maxFolders = 5000;

/**
 * Finds the workspace's `.pretrain` files in the background. An open file and its imports are served at once, however large the workspace
 * is.
 */
export class PretrainWorkspaceFiles extends DefaultWorkspaceManager {
  private markFound: () => void = () => {};
  /** Requests about the whole workspace wait for this. */
  readonly found = new Promise<void>((resolve) => {
    this.markFound = resolve;
  });

  override async initialized(params: InitializedParams): Promise<void> {
    await super.initialized(params);
    void this.find().catch(console.error).finally(this.markFound);
  }

  protected override async performStartup(_folders: WorkspaceFolder[]): Promise<LangiumDocument[]> {
    this._ready.resolve();
    return [];
  }

  /** A folder that cannot be read counts as empty. */
  protected override async traverseFolder(folder: URI, uris: URI[]): Promise<void> {
    const waiting = [folder];
    for (let visited = 0; visited < maxFolders; visited++) {
      const next = waiting.shift();
      if (!next) return;
      const entries = await this.fileSystemProvider.readDirectory(next).catch(() => []);
      for (const entry of entries.filter((each) => this.shouldIncludeEntry(each))) (entry.isDirectory ? waiting : uris).push(entry.uri);
    }
  }

  private async find(): Promise<void> {
    const uris: URI[] = [];
    for (const folder of this.workspaceFolders ?? []) await this.traverseFolder(this.getRootFolder(folder), uris);
    const unknown = uris.filter((uri) => !this.langiumDocuments.hasDocument(uri));
    if (unknown.length > 0) await this.mutex.write((token) => this.documentBuilder.update(unknown, [], token));
  }
}
