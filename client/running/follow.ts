import * as vscode from "vscode";
import type { Outline } from "#server/protocol.ts";
import { showDocument } from "../documents.ts";
import { type Outlines, pathOf } from "../language/outlines.ts";
import { runningText } from "../lenses/collect.ts";
import type { Stores } from "../runs/stores.ts";
import { statusOf } from "../status/status.ts";
import type { RunProcess } from "./command-line.ts";

export interface FollowedRun {
  context: vscode.ExtensionContext;
  outlines: Outlines;
  stores: Stores;
  outline: Outline;
  name: string;
  process: RunProcess;
  stop(): void;
}

/** Shows what the user has started as a notification that can be cancelled, and says why it ended where it did not end well. */
export function followRun({ outlines, stores, outline, name, process, stop }: FollowedRun): void {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title: name };
  void vscode.window.withProgress(options, async (progress, cancelled) => {
    cancelled.onCancellationRequested(stop);
    let shown = 0;
    const show = () => {
      const uri = vscode.Uri.parse(outline.uri);
      const declaration = outlines.get(uri)?.declarations.find((each) => each.name === name);
      if (!declaration) return;
      const status = statusOf(declaration, pathOf(outline), stores.get(outline.store), Date.now());
      if (status.state !== "running") return;
      const percent = Math.floor(status.progress.share * 100);
      progress.report({ message: textWithoutBar(runningText(status.progress)), increment: Math.max(0, percent - shown) });
      shown = Math.max(shown, percent);
    };
    const listening = stores.onChange(({ store }) => store.root === outline.store && show());
    const { code, said } = await process.ended;
    listening.dispose();
    await stores.look(outline.store);
    if (code !== 0 && code !== interrupted) void explain(name, said, failureOf(stores, outline, name));
  });
}

/** `pretrain run` stopped on request. */
const interrupted = 130;

async function explain(name: string, said: string, failure: string | undefined): Promise<void> {
  const showLog = "Show Log";
  const last = said.split("\n").findLast((line) => line !== "");
  const chosen = await vscode.window.showErrorMessage(
    `${name} did not end well: ${failure ?? last ?? "it said nothing"}`,
    ...(said ? [showLog] : []),
  );
  if (chosen === showLog) await showDocument(`${name}.log`, said);
}

function failureOf(stores: Stores, outline: Outline, name: string): string | undefined {
  const plan = outline.declarations.find((each) => each.name === name)?.plan;
  const runs = plan?.jobs.map(({ id }) => stores.get(outline.store).runs.get(id));
  return runs?.find((run) => run?.state === "failed")?.message?.split("\n")[0];
}

/** The notification has a bar of its own. */
function textWithoutBar(text: string): string {
  return text.replace(/^[▰▱]+ /, "");
}
