import * as vscode from "vscode";
import type { Preview } from "#runtime/contract/preview.ts";
import { folderOf, type Outlines, pathOf } from "../language/outlines.ts";
import type { CommandLine } from "../running/command-line.ts";
import { completeStep } from "../walkthrough.ts";
import type { Fill } from "./panels.ts";

/** What an objective makes of the corpus; made anew when the file is saved. */
export function previewPage(outlines: Outlines, commandLine: CommandLine): Fill {
  return (shown, link) => {
    if (!("name" in shown)) return { dispose() {} };
    const { uri: text, name } = shown;
    const uri = vscode.Uri.parse(text);
    let current = new AbortController();
    const update = async () => {
      current.abort();
      current = new AbortController();
      const { signal } = current;
      const outline = await outlines.refresh(uri);
      if (signal.aborted) return;
      if (!outline)
        return link.send({ type: "message", title: `Preview: ${name}`, text: "The file has errors: mend them to see the preview." });
      try {
        const preview = await commandLine.json<Preview>(["preview", pathOf(outline), name], { folder: folderOf(outline), signal });
        if (signal.aborted) return;
        link.send({ type: "preview", preview });
        completeStep("preview");
      } catch (error) {
        if (!signal.aborted) link.send({ type: "message", title: `Preview: ${name}`, text: (error as Error).message });
      }
    };
    link.setTitle(`Preview ${name}`);
    link.send({ type: "message", title: `Preview: ${name}`, text: "Preparing the corpus and the tokenizer, where they are not yet…" });
    void update();
    const listening = vscode.workspace.onDidSaveTextDocument((saved) => saved.uri.toString() === text && void update());
    return vscode.Disposable.from(listening, { dispose: () => current.abort() });
  };
}
