import type { FileSystemNode, URI } from "langium";
import { TextsOnDisk } from "#language/texts-on-disk.ts";
import type { Trust } from "./workspace-trust.ts";

/** The files on disk that may be read. All others appear not to exist. */
export class ReadableTexts extends TextsOnDisk {
  private readonly trust: Trust;

  constructor(trust: Trust) {
    super();
    this.trust = trust;
  }

  override async exists(uri: URI): Promise<boolean> {
    return this.trust.mayRead(uri.fsPath) && super.exists(uri);
  }

  override async readFile(uri: URI): Promise<string> {
    if (!this.trust.mayRead(uri.fsPath)) throw new Error("it cannot be read before the workspace is trusted");
    return super.readFile(uri);
  }

  override async readDirectory(uri: URI): Promise<FileSystemNode[]> {
    return this.trust.mayRead(uri.fsPath) ? super.readDirectory(uri) : [];
  }
}
