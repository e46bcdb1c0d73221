import * as vscode from "vscode";
import { folderOf, type Outlines, pathOf } from "../language/outlines.ts";
import type { CommandLine } from "../running/command-line.ts";
import type { Stores } from "../runs/stores.ts";
import { completeStep } from "../walkthrough.ts";
import { type PageAnswer, type PageName, pages } from "../webviews/pages.ts";
import type { Fill } from "./panels.ts";

/** Fills a page with the command line's answer about a declaration. Asks again when the file is saved. */
export function answerPage(
  page: PageName,
  answer: PageAnswer,
  parts: { outlines: Outlines; stores: Stores; commandLine: CommandLine },
): Fill {
  const { outlines, stores, commandLine } = parts;
  return (shown, link) => {
    if (!("name" in shown)) return { dispose() {} };
    const { uri: text, name } = shown;
    const uri = vscode.Uri.parse(text);
    const say = (words: string) => link.send({ type: "message", title: `${pages[page].title}: ${name}`, text: words });
    let current = new AbortController();
    const update = async () => {
      current.abort();
      current = new AbortController();
      const { signal } = current;
      const outline = await outlines.refresh(uri);
      if (signal.aborted) return;
      if (!outline) return say("The file has errors: mend them to see this page.");
      try {
        const found = await commandLine.json<unknown>([answer.command, pathOf(outline), name], { folder: folderOf(outline), signal });
        if (signal.aborted) return;
        link.send({ type: "answer", answer: found });
        if (answer.completes) completeStep(answer.completes);
      } catch (error) {
        if (!signal.aborted) say((error as Error).message);
      }
    };
    link.setTitle(`${pages[page].title} ${name}`);
    say(answer.meanwhile);
    void update();
    return vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument((saved) => saved.uri.toString() === text && void update()),
      stores.onChange(({ store, results }) => {
        if (answer.followsRuns && results && store.root === outlines.get(uri)?.store) void update();
      }),
      { dispose: () => current.abort() },
    );
  };
}
