import * as vscode from "vscode";
import { visibleLine } from "#runtime/contract/visible.ts";

/* All notifications go through this file, because VS Code turns text that looks like a link into one, even into one that runs a command. */

export function showError(message: string, ...actions: string[]): Thenable<string | undefined> {
  return vscode.window.showErrorMessage(withoutLinks(message), ...actions);
}

export function showWarning(message: string, ...actions: string[]): Thenable<string | undefined> {
  return vscode.window.showWarningMessage(withoutLinks(message), ...actions);
}

/** Asks in a modal dialog. */
export function askFirst(message: string, detail: string, action: string): Thenable<string | undefined> {
  return vscode.window.showWarningMessage(visibleLine(message), { modal: true, detail }, action);
}

export function showInformation(message: string): void {
  void vscode.window.showInformationMessage(withoutLinks(message));
}

export interface Notification {
  report(message: string, increment?: number): void;
}

/** Shows progress while the work lasts. */
export function whileNotifying<T>(title: string, work: (notification: Notification, signal: AbortSignal) => Promise<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: withoutLinks(title), cancellable: true };
  return vscode.window.withProgress(options, (progress, cancelled) => {
    const stop = new AbortController();
    cancelled.onCancellationRequested(() => stop.abort());
    const report = (message: string, increment = 0) => progress.report({ message: withoutLinks(message), increment });
    return work({ report }, stop.signal);
  });
}

function withoutLinks(text: string): string {
  return visibleLine(text).replaceAll("](", "] (");
}
