import * as vscode from "vscode";
import type { Outlines } from "../language/outlines.ts";
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
        if (outcome) vscode.window.showInformationMessage(outcome);
      } catch (error) {
        vscode.window.showErrorMessage((error as Error).message.replace(/^error: /, ""));
      }
    }),
  );
}

/** What to say at the end; undefined where the user cancelled. */
function withProgress(commandLine: CommandLine, folder: string, args: readonly string[]): Thenable<string | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title: "Installing TensorFlow", cancellable: true };
  return vscode.window.withProgress(options, async (progress, cancelled) => {
    const stop = new AbortController();
    cancelled.onCancellationRequested(() => stop.abort());
    let last: InstallEvent | undefined;
    try {
      await commandLine.lines<InstallEvent>(["engines", "install", "tensorflow", ...args], {
        folder,
        signal: stop.signal,
        onLine(event) {
          last = event;
          if (event.step) progress.report({ message: event.done ? `${event.step} (${Math.round(event.done / 1e6)} MB)` : event.step });
        },
      });
    } catch (error) {
      if (stop.signal.aborted) return undefined;
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
