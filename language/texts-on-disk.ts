import { open, stat } from "node:fs/promises";
import type { URI } from "langium";
import { NodeFileSystemProvider } from "langium/node";
import { bounds } from "./lexer.ts";

/** Langium's view of the disk, limited to regular files and to the maximum size of a text of the language. */
export class TextsOnDisk extends NodeFileSystemProvider {
  override async readFile(uri: URI): Promise<string> {
    const { isFile, size } = await stat(uri.fsPath).then((found) => ({ isFile: found.isFile(), size: found.size }));
    if (!isFile) throw new Error("it is not a file");
    const file = await open(uri.fsPath);
    try {
      // a UTF-16 unit, which the lexer counts, has at most three bytes in UTF-8
      const bytes = Buffer.alloc(Math.min(size, 3 * bounds.characters + 3));
      const { bytesRead } = await file.read(bytes);
      return bytes.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

export const textsOnDisk = { fileSystemProvider: () => new TextsOnDisk() };
