import * as vscode from "vscode";
import { folderOf, type Outlines, pathOf, whyNoRunning } from "../language/outlines.ts";
import type { CommandLine } from "./command-line.ts";

/**
 * Where it cannot be said how long a run takes, as nothing ran here yet, has the command line measure it once: `plan` does, in a
 * process of its own, and keeps it for all folders.
 */
export function addSpeedMeasurement(context: vscode.ExtensionContext, outlines: Outlines, commandLine: CommandLine): void {
  const asked = new Set<string>();
  context.subscriptions.push(
    outlines.onChange(async (outline) => {
      const uri = vscode.Uri.parse(outline.uri);
      const engine = vscode.workspace.getConfiguration("pretrain").get("engine", "auto");
      const unknown = outline.declarations.find(({ plan, errors }) => errors === 0 && plan?.left?.seconds === null);
      if (!unknown || asked.has(engine) || whyNoRunning(uri) !== null) return;
      asked.add(engine);
      const args = ["plan", pathOf(outline), unknown.name, "--engine", engine];
      await commandLine.json(args, { folder: folderOf(outline) }).catch(() => undefined);
      await Promise.all(outlines.all().map((each) => outlines.refresh(vscode.Uri.parse(each.uri))));
    }),
  );
}
