import * as vscode from "vscode";
import { showDocument } from "../documents.ts";
import { type Declared, folderOf, pathOf } from "../language/outlines.ts";
import { showError } from "../notify.ts";
import type { CommandLine } from "../running/command-line.ts";

let lastPrompt = "The ";

/** Asks for the beginning of a text, and shows how the model continues it. */
export async function generateText({ outline, declaration: { name } }: Declared, commandLine: CommandLine): Promise<void> {
  const prompt = await vscode.window.showInputBox({
    title: `Generate Text with ${name}`,
    prompt: "The beginning of the text",
    value: lastPrompt,
  });
  if (prompt === undefined) return;
  lastPrompt = prompt;
  const options = { location: vscode.ProgressLocation.Window, title: `Generating with ${name}` };
  try {
    const { text } = await vscode.window.withProgress(options, () =>
      commandLine.json<{ text: string }>(["generate", `${pathOf(outline)}#${name}`, `--prompt=${prompt}`], { folder: folderOf(outline) }),
    );
    await showDocument(`Text of ${name}.txt`, `${text}\n`);
  } catch (error) {
    void showError(`${name} generated no text: ${(error as Error).message.split("\n")[0]}.`);
  }
}
