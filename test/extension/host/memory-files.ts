import * as vscode from "vscode";

/** Files that are on no disk, as in a virtual workspace. */
export function memoryFiles(scheme: string): { add(path: string, text: string): vscode.Uri; dispose(): void } {
  const files = new Map<string, Uint8Array>();
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = () => {
    throw vscode.FileSystemError.NoPermissions();
  };
  const registered = vscode.workspace.registerFileSystemProvider(scheme, {
    onDidChangeFile: changed.event,
    watch: () => ({ dispose() {} }),
    stat({ path }) {
      const content = files.get(path);
      if (content) return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: content.length };
      if (path === "/") return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
      throw vscode.FileSystemError.FileNotFound();
    },
    readDirectory: () => [...files.keys()].map((path) => [path.slice(1), vscode.FileType.File]),
    readFile(uri) {
      const content = files.get(uri.path);
      if (!content) throw vscode.FileSystemError.FileNotFound(uri);
      return content;
    },
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  });
  return {
    add(path, text) {
      files.set(path, Buffer.from(text));
      return vscode.Uri.from({ scheme, path });
    },
    dispose() {
      registered.dispose();
      changed.dispose();
    },
  };
}
