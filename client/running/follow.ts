import * as vscode from "vscode";
import type { Outline } from "#server/protocol.ts";
import { showDocument } from "../documents.ts";
import { type Outlines, pathOf } from "../language/outlines.ts";
import { runningText } from "../lenses/collect-lenses.ts";
import { showError, whileNotifying } from "../notify.ts";
import type { Stores } from "../runs/stores.ts";
import { statusOf } from "../status/status.ts";
import { completeStep } from "../walkthrough.ts";
import type { RunProcess } from "./command-line.ts";
import type { CommandFailure } from "./failure.ts";

export interface FollowedRun {
  context: vscode.ExtensionContext;
  outlines: Outlines;
  stores: Stores;
  outline: Outline;
  name: string;
  process: RunProcess;
  stop(): void;
}

const followed = new Set<string>();

/** Whether a notification in this window shows the run's progress. */
export function isFollowed(uri: string, name: string): boolean {
  return followed.has(`${uri}#${name}`);
}

/** Shows a run that the user started as a cancellable notification, and reports why it failed if it did. */
export function followRun({ outlines, stores, outline, name, process, stop }: FollowedRun): void {
  void whileNotifying(name, async (notification, cancelled) => {
    cancelled.addEventListener("abort", stop);
    const key = `${outline.uri}#${name}`;
    followed.add(key);
    let shown = 0;
    const show = () => {
      const uri = vscode.Uri.parse(outline.uri);
      const declaration = outlines.get(uri)?.declarations.find((each) => each.name === name);
      if (!declaration) return;
      const status = statusOf(declaration, pathOf(outline), stores.get(outline.store), Date.now());
      if (status.state !== "running") return;
      const percent = Math.floor(status.progress.share * 100);
      notification.report(textWithoutBar(runningText(status.progress)), Math.max(0, percent - shown));
      shown = Math.max(shown, percent);
    };
    const listening = stores.onChange(({ store }) => store.root === outline.store && show());
    const end = await process.ended;
    listening.dispose();
    followed.delete(key);
    if (end.outcome === "done") completeStep("run");
    await stores.look(outline.store);
    if (end.outcome === "failed") void explain(name, end.failure);
  });
}

async function explain(name: string, { message, said }: CommandFailure): Promise<void> {
  const showLog = "Show Log";
  const chosen = await showError(`The run of ${name} failed: ${message.split("\n")[0]}.`, ...(said ? [showLog] : []));
  if (chosen === showLog) await showDocument(`${name}.log`, said);
}

/** The text without its progress bar, because the notification has one. */
function textWithoutBar(text: string): string {
  return text.replace(/^[▰▱]+ /, "");
}
