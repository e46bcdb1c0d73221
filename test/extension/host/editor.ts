import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";

/** The workspace's experiment in the editor, and what is seen of it. */
export interface Experiment {
  uri: vscode.Uri;
  folder: vscode.Uri;
  document: vscode.TextDocument;
  /** Absolute path of its `.pretrain` folder. */
  store: string;
  run(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  target(name: string): { uri: string; name: string };
  /** The lenses above a declaration. */
  lensesOf(name: string): Promise<string[]>;
  /** Waits for a lens above a declaration. */
  lens(name: string, pattern: RegExp, milliseconds?: number): Promise<void>;
  /** Changes the text and saves it. */
  replace(old: string, replacement: string): Promise<void>;
  /** Steps that the runs of a declaration have written. */
  stepsOf(name: string): number;
  /** Current runs, whoever started them. */
  sessions(): string[];
}

export async function openExperiment(): Promise<Experiment> {
  const folder = vscode.workspace.workspaceFolders![0]!.uri;
  const uri = vscode.Uri.joinPath(folder, "tiny.pretrain");
  const store = join(folder.fsPath, ".pretrain");
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  const target = (name: string) => ({ uri: uri.toString(), name });
  const lensesOf = (name: string) => lensesAbove(document, name);
  return {
    uri,
    folder,
    document,
    store,
    target,
    lensesOf,
    run: async (name) => void (await vscode.commands.executeCommand("pretrain.run", target(name))),
    stop: async (name) => void (await vscode.commands.executeCommand("pretrain.stop", target(name))),
    async lens(name, pattern, milliseconds) {
      let seen: string[] = [];
      const found = async () => {
        seen = await lensesOf(name);
        return seen.some((title) => pattern.test(title));
      };
      await until(() => `${pattern} above ${name}; there is ${JSON.stringify(seen)}${unfinished(store)}`, found, milliseconds);
    },
    async replace(old, replacement) {
      const start = document.getText().indexOf(old);
      assert.ok(start >= 0, `${old} is not in the text`);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(start + old.length)), replacement);
      await vscode.workspace.applyEdit(edit);
      await document.save();
    },
    stepsOf: (name) => stepsIn(store, name),
    sessions: () => (existsSync(join(store, "sessions")) ? readdirSync(join(store, "sessions")) : []),
  };
}

/** The titles of the lenses above a declaration, or of all where none is named. */
export async function lensesAbove(document: vscode.TextDocument, name?: string): Promise<string[]> {
  const line = document
    .getText()
    .split("\n")
    .findIndex((each) => new RegExp(`^\\w+ ${name}\\b`).test(each));
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 200);
  return lenses.filter(({ range }) => name === undefined || range.start.line === line).map(({ command }) => command?.title ?? "");
}

/** The errors of a file, as VS Code shows them. Warnings and hints are left out. */
export function errorDiagnostics(file: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(file).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
}

/** The messages of the errors of a file. */
export function errorsIn(file: vscode.Uri): string[] {
  return errorDiagnostics(file).map(({ message }) => message);
}

export async function tab(label: string): Promise<void> {
  await until(`the tab ${label}`, () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some((each) => each.label === label)));
}

export async function until<T>(
  what: string | (() => string),
  value: () => T | false | undefined | Promise<T | false | undefined>,
  milliseconds = 60_000,
): Promise<T> {
  const end = Date.now() + milliseconds;
  while (true) {
    const found = await value();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

export function nonEmpty<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length > 0 ? values : undefined;
}

/** The state of unfinished runs, for the report. */
function unfinished(store: string): string {
  const runs = join(store, "runs");
  if (!existsSync(runs)) return "";
  const open = readdirSync(runs).filter((id) => !existsSync(join(runs, id, "result.json")));
  const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").trim() : "");
  return open
    .map(
      (id) =>
        `\n${id}: ${read(join(runs, id, "events.jsonl"))
          .split("\n")
          .at(-1)} ${read(join(runs, id, "log.txt")).slice(-1000)}`,
    )
    .join("");
}

function stepsIn(store: string, name: string): number {
  const runs = join(store, "runs");
  const found = readdirSync(runs).find((id) => {
    const job = join(runs, id, "job.json");
    return existsSync(job) && (JSON.parse(readFileSync(job, "utf8")) as { name: string }).name === name;
  });
  if (!found) return 0;
  return readFileSync(join(runs, found, "events.jsonl"), "utf8").split('"event":"step"').length - 1;
}
