import * as vscode from "vscode";

/** The steps of the walkthrough in package.json. */
export type WalkthroughStep = "create" | "preview" | "run" | "compare";

/** Ticks a step: what it asks for is there, and not only asked for. */
export function completeStep(step: WalkthroughStep): void {
  void vscode.commands.executeCommand("setContext", `pretrain.walkthrough.${step}`, true);
}
