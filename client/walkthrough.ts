import * as vscode from "vscode";

/** The steps of the walkthrough in package.json. */
export type WalkthroughStep = "create" | "preview" | "run" | "compare";

/** Marks a step as completed; called once its result exists, not when it is requested. */
export function completeStep(step: WalkthroughStep): void {
  void vscode.commands.executeCommand("setContext", `pretrain.walkthrough.${step}`, true);
}
