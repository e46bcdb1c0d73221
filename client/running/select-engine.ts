import * as vscode from "vscode";
import { showError } from "../notify.ts";
import type { CommandLine } from "./command-line.ts";

interface EngineList {
  engines: { engine: string; available: boolean; version: string | null; device: string | null; reason: string }[];
}

/** Adds the command Select Engine, which lists the available engines and why others are not available. */
export function addEngineSelection(context: vscode.ExtensionContext, commandLine: CommandLine): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.selectEngine", async () => {
      const settings = vscode.workspace.getConfiguration("pretrain");
      const now = settings.get("engine", "auto");
      const described = vscode.workspace.isTrusted ? await enginesHere(commandLine, context) : [];
      const items = [
        { label: "auto", detail: "The fastest available engine" },
        ...described
          .filter(({ available }) => available)
          .map(({ engine, version, device, reason }) => ({
            label: engine,
            description: [version, device].filter(Boolean).join(", "),
            detail: reason,
          })),
        ...described
          .filter(({ available }) => !available)
          .map(({ engine, reason }) => ({ label: `$(circle-slash) ${engine}`, detail: reason })),
      ].map((item) => ({ ...item, picked: item.label === now, label: item.label === now ? `$(check) ${item.label}` : item.label }));
      const chosen = await vscode.window.showQuickPick(items, {
        title: "Select Engine",
        placeHolder: `Now: ${now}. Current runs keep their engine.`,
      });
      if (!chosen || chosen.label.startsWith("$(circle-slash)")) return;
      await settings.update("engine", chosen.label.replace("$(check) ", ""), vscode.ConfigurationTarget.Global);
    }),
  );
}

async function enginesHere(commandLine: CommandLine, context: vscode.ExtensionContext): Promise<EngineList["engines"]> {
  try {
    return (await commandLine.json<EngineList>(["engines"], { folder: context.extensionPath })).engines;
  } catch (error) {
    void showError(`The available engines could not be listed: ${(error as Error).message}.`);
    return [];
  }
}
