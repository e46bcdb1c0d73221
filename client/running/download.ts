import * as vscode from "vscode";
import type { Language } from "../language/client.ts";
import { folderOf, type Outlines, whyNoRunning } from "../language/outlines.ts";
import type { CommandLine } from "./command-line.ts";
import { pickDeclared, type Target } from "./pick.ts";

export interface DownloadParts {
  context: vscode.ExtensionContext;
  language: Language;
  outlines: Outlines;
  commandLine: CommandLine;
}

/** The command Download Model: the checkpoint that a model names on the hub, which is not here yet. */
export function addDownload({ context, language, outlines, commandLine }: DownloadParts): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.downloadModel", async (target?: Target) => {
      const declared = await pickDeclared(outlines, target, "Which model to download", ({ download }) => download !== undefined);
      const name = declared?.declaration.download;
      if (!declared || name === undefined) return;
      const { outline } = declared;
      const refused = whyNoRunning(vscode.Uri.parse(outline.uri));
      if (refused !== null) return void vscode.window.showWarningMessage(`${refused}.`);
      const options = { location: vscode.ProgressLocation.Notification, title: `Downloading ${name}`, cancellable: true };
      await vscode.window.withProgress(options, async (_, cancelled) => {
        const stop = new AbortController();
        cancelled.onCancellationRequested(() => stop.abort());
        try {
          await commandLine.json(["download", name], { folder: folderOf(outline), signal: stop.signal });
        } catch (error) {
          const said = (error as Error).message.split("\n").at(-1)!;
          if (!stop.signal.aborted) void vscode.window.showErrorMessage(said.replace(/^error: /, ""));
        }
      });
      language.resultsChanged({ store: outline.store });
    }),
  );
}
