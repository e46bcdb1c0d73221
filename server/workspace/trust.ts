import { realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";

/**
 * What may be read: everything once the workspace is trusted, or where the editor knows no such thing; before that what lies in the
 * workspace's folders, wherever links lead. The editor's open texts are read in any case: the editor sends them.
 */
export interface Trust {
  mayRead(path: string): boolean;
  isGranted(): boolean;
  /** What the editor says when it introduces itself. */
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

/** With its links followed; of what is not there, as far as there is something. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
