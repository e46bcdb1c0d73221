import { realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";

/**
 * Decides which paths may be read. In a trusted workspace, or in an editor without workspace trust, all of them; otherwise only paths in
 * the workspace's folders, after following links. Open texts are always read, because the editor sends them.
 */
export interface Trust {
  mayRead(path: string): boolean;
  isGranted(): boolean;
  /** Called with the editor's `initialize` request. */
  begin(trusted: boolean, folders: readonly string[]): void;
  grant(): void;
}

export function workspaceTrust(): Trust {
  let granted = false;
  let inside: string[] = [];
  return {
    mayRead: (path) => granted || inside.some((folder) => isWithin(folder, realPath(path))),
    isGranted: () => granted,
    begin(trusted, folders) {
      granted = trusted;
      inside = folders.map(realPath);
    },
    grant() {
      granted = true;
    },
  };
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The path with links followed. For a missing path, follows those of its existing part. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
