import * as vscode from "vscode";
import type { Outlines } from "../language/outlines.ts";
import { showError, showInformation, whileNotifying } from "../notify.ts";
import type { CommandLine } from "./command-line.ts";

interface InstallEvent {
  event: "progress" | "installed" | "removed";
  step?: string;
  /** Bytes. */
  done?: number;
  tensorflow?: string;
  gpu?: boolean;
  gpuFound?: boolean;
}

/** The command Install TensorFlow Engine: the command line's own, with its progress. */
export function addEngineInstallation(context: vscode.ExtensionContext, outlines: Outlines, commandLine: CommandLine): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.installTensorflow", async () => {
      const chosen = await vscode.window.showQuickPick(
        [
          { label: "For the processor", detail: "About 250 MB to download", args: [] },
          { label: "For NVIDIA's GPUs", detail: "CUDA 12 and its libraries: about 4 GB to download", args: ["--gpu"] },
        ],
        { title: "Install TensorFlow Engine", placeHolder: "The fastest engine. It stays when the extension is updated." },
      );
      if (!chosen) return;
      try {
        const outcome = await withProgress(commandLine, context.extensionPath, chosen.args);
        // `auto` takes another engine from now on
        if (outcome) void outlines.refreshAll();
        if (outcome) showInformation(outcome);
      } catch (error) {
        void showError(`TensorFlow was not installed: ${(error as Error).message.replace(/^tensorflow cannot be installed: /, "")}.`);
      }
    }),
  );
}

/** What to say at the end; undefined where the user cancelled. */
function withProgress(commandLine: CommandLine, folder: string, args: readonly string[]): Thenable<string | undefined> {
  return whileNotifying("Installing TensorFlow", async (notification, stopped) => {
    let last: InstallEvent | undefined;
    try {
      await commandLine.lines<InstallEvent>(["engines", "install", "tensorflow", ...args], {
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
    const device = last?.gpuFound
      ? "It found a GPU."
      : last?.gpu
        ? "It found no GPU and runs on the processor."
        : "It runs on the processor.";
    return `TensorFlow ${last?.tensorflow} is installed. ${device}`;
  });
}
