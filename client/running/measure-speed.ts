import * as vscode from "vscode";
import { type Outlines, whyNoRunning } from "../language/outlines.ts";
import type { CommandLine } from "./command-line.ts";

/**
 * Where it cannot be said how long a run takes, as nothing like it ran here yet, has the command line measure how fast this machine
 * trains: once, in a process of its own, for all folders.
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
