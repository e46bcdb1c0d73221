import * as vscode from "vscode";
import { type Outlines, whyNoRunning } from "../language/outlines.ts";
import type { CommandLine } from "./command-line.ts";

/**
 * Measures how fast this machine trains if the duration of a run cannot be estimated because nothing similar ran here yet. The command line
 * does this once for all folders, in a process of its own.
 */
export function addSpeedMeasurement(context: vscode.ExtensionContext, outlines: Outlines, commandLine: CommandLine): void {
  const asked = new Set<string>();
  context.subscriptions.push(
    outlines.onChange(async ({ uri, declarations }) => {
      const engine = declarations.find(({ plan, errors }) => errors === 0 && plan?.left?.seconds === null)?.plan?.left?.engine;
      if (engine === undefined || asked.has(engine) || whyNoRunning(vscode.Uri.parse(uri)) !== null) return;
      asked.add(engine);
      const measured = commandLine.json(["bench", "--case", JSON.stringify({ kind: "speed", engine })], { folder: context.extensionPath });
      await measured.catch(() => undefined);
      await outlines.refreshAll();
    }),
  );
}
