import * as vscode from "vscode";
import type { Language } from "../language/client.ts";
import { folderOf, type Outlines, whyNoRunning } from "../language/outlines.ts";
import { showError, showWarning, whileNotifying } from "../notify.ts";
import type { CommandLine } from "./command-line.ts";
import { pickDeclared, type Target } from "./pick.ts";

export interface DownloadParts {
  context: vscode.ExtensionContext;
  language: Language;
  outlines: Outlines;
  commandLine: CommandLine;
}

/** Adds the command Download Model, which downloads the checkpoint that a model names on the hub. */
export function addModelDownload({ context, language, outlines, commandLine }: DownloadParts): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.downloadModel", async (target?: Target) => {
      const declared = await pickDeclared(outlines, target, {
        title: "Choose a model to download",
        fits: ({ download }) => download !== undefined,
        none: "No model needs a download: all checkpoints are on this machine.",
      });
      const name = declared?.declaration.download;
      if (!declared || name === undefined) return;
      const { outline } = declared;
      const refused = whyNoRunning(vscode.Uri.parse(outline.uri));
      if (refused !== null) return void showWarning(`${refused}.`);
      await whileNotifying(`Downloading ${name}`, async (_, stopped) => {
        try {
          await commandLine.json(["download", name], { folder: folderOf(outline), signal: stopped });
        } catch (error) {
          if (!stopped.aborted) void showError(`${name} was not downloaded: ${(error as Error).message}.`);
        }
      });
      language.resultsChanged({ store: outline.store });
    }),
  );
}
