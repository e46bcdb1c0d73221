import * as vscode from "vscode";
import { installableEngines } from "#runtime/contract/catalogue/engines.ts";
import type { Outlines } from "../language/outlines.ts";
import { showError, showInformation, whileNotifying } from "../notify.ts";
import type { CommandLine } from "./command-line.ts";

interface InstallEvent {
  event: "progress" | "installed" | "removed";
  step?: string;
  /** Bytes downloaded. */
  done?: number;
  version?: string;
  build?: string;
  /** The device that the engine found. */
  device?: string;
}

/** A build of an engine, as offered in the list. */
interface BuildItem extends vscode.QuickPickItem {
  title: string;
  args: string[];
}

/** Adds the command Install Engine, which runs the command line's installer and shows its progress. */
export function addEngineInstallation(context: vscode.ExtensionContext, outlines: Outlines, commandLine: CommandLine): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.installEngine", async () => {
      const placeHolder = "It stays when the extension is updated.";
      const chosen = await vscode.window.showQuickPick(buildItems(), { title: "Install Engine", placeHolder });
      if (!chosen) return;
      try {
        const outcome = await withProgress(commandLine, context.extensionPath, chosen);
        // `auto` chooses another engine from now on
        if (outcome) void outlines.refreshAll();
        if (outcome) showInformation(outcome);
      } catch (error) {
        void showError(`${chosen.title} was not installed: ${(error as Error).message.replace(/^\w+ cannot be installed: /, "")}.`);
      }
    }),
  );
}

function buildItems(): BuildItem[] {
  return installableEngines.flatMap(({ name, help, install: { title, builds } }) =>
    builds.map((build, index) => ({
      label: `${title} ${build.title}`,
      description: help,
      detail: `To download: ${build.download}`,
      title,
      args: [name, ...(index > 0 ? [`--${build.name}`] : [])],
    })),
  );
}

/** Returns the final message; undefined if the user cancelled. */
function withProgress(commandLine: CommandLine, folder: string, { title, args }: BuildItem): Thenable<string | undefined> {
  return whileNotifying(`Installing ${title}`, async (notification, stopped) => {
    let last: InstallEvent | undefined;
    try {
      await commandLine.lines<InstallEvent>(["engines", "install", ...args], {
        folder,
        signal: stopped,
        onLine(event) {
          last = event;
          if (event.step) notification.report(event.done ? `${event.step} (${Math.round(event.done / 1e6)} MB)` : event.step);
        },
      });
    } catch (error) {
      if (stopped.aborted) return undefined;
      throw error;
    }
    const found =
      last?.device === "gpu"
        ? "It found a GPU."
        : last?.build === "gpu"
          ? "It found no GPU and runs on the processor."
          : "It runs on the processor.";
    return `${title} ${last?.version} is installed. ${found}`;
  });
}
