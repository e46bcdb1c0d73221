import { dirname } from "node:path";
import * as vscode from "vscode";
import type { Outline, OutlineDeclaration } from "#server/protocol.ts";
import type { Language } from "./client.ts";

/** Caches the server's last outline of each file, even after its editor is closed. */
export interface Outlines {
  get(uri: vscode.Uri): Outline | undefined;
  all(): Outline[];
  /** Asks the server for the outline of the present text. */
  refresh(uri: vscode.Uri): Promise<Outline | undefined>;
  refreshAll(): Promise<void>;
  onChange: vscode.Event<Outline>;
}

/** A declaration and the file that contains it. */
export interface Declared {
  outline: Outline;
  declaration: OutlineDeclaration;
}

export function keepOutlines(context: vscode.ExtensionContext, language: Language): Outlines {
  const known = new Map<string, Outline>();
  const changed = new vscode.EventEmitter<Outline>();
  const refresh = async (uri: vscode.Uri) => {
    const outline = await language.outline(uri.toString());
    if (outline) {
      const before = known.get(uri.toString());
      known.set(uri.toString(), outline);
      if (JSON.stringify(before) !== JSON.stringify(outline)) changed.fire(outline);
    }
    return known.get(uri.toString());
  };
  const refreshAll = async () => {
    await Promise.all([...known.keys()].map((uri) => refresh(vscode.Uri.parse(uri))));
  };
  const forget = (uri: vscode.Uri) => {
    const outline = known.get(uri.toString());
    if (outline && known.delete(uri.toString())) changed.fire({ ...outline, declarations: [] });
  };
  context.subscriptions.push(
    changed,
    language.onOutlineChanged(({ uri }) => void refresh(vscode.Uri.parse(uri))),
    // estimated times depend on the engine
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("pretrain.engine")) void refreshAll();
    }),
    vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach(forget)),
    vscode.workspace.onDidRenameFiles(({ files }) => {
      for (const { oldUri } of files) forget(oldUri);
    }),
    ...openExperiments(),
  );
  return { get: (uri) => known.get(uri.toString()), all: () => [...known.values()], refresh, refreshAll, onChange: changed.event };
}

const maxFiles = 100;
const experiments = "**/*.pretrain";

/** Opens the workspace's experiments in the background, so that the server knows them. */
function openExperiments(): vscode.Disposable[] {
  const open = async (uri: vscode.Uri) => {
    try {
      await vscode.workspace.openTextDocument(uri);
    } catch {
      // a run folder is named `.pretrain` too
    }
  };
  void vscode.workspace.findFiles(experiments, "**/{node_modules,.pretrain}/**", maxFiles).then((uris) => uris.forEach(open));
  const watcher = vscode.workspace.createFileSystemWatcher(experiments, false, true, true);
  return [watcher, watcher.onDidCreate((uri) => (uri.path.endsWith("/.pretrain") ? undefined : open(uri)))];
}

/** `path` as the command line takes it. */
export function pathOf(outline: Outline): string {
  return vscode.Uri.parse(outline.uri).fsPath;
}

export function folderOf(outline: Outline): string {
  return dirname(pathOf(outline));
}

export function rangeOf({ start, end }: OutlineDeclaration["range"]): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** Why runs are impossible here; null if they are possible. */
export function whyNoRunning(uri: vscode.Uri): string | null {
  if (uri.scheme === "untitled") return "Save the file to run it";
  if (uri.scheme !== "file") return "Runs need a folder on disk";
  return vscode.workspace.isTrusted ? null : "Running is disabled in Restricted Mode";
}
