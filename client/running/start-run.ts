import * as vscode from "vscode";
import type { RunSession } from "#runtime/contract/artifacts.ts";
import { type Declared, type Outlines, pathOf, whyNoRunning } from "../language/outlines.ts";
import type { Stores } from "../runs/stores.ts";
import { sessionOf } from "../status/plan-progress.ts";
import type { CommandLine, RunProcess } from "./command-line.ts";
import { engineOfSettings } from "./engine-settings.ts";
import { followRun } from "./follow.ts";

export interface RunningParts {
  context: vscode.ExtensionContext;
  outlines: Outlines;
  stores: Stores;
  commandLine: CommandLine;
}

/** The result of a request to run something. */
export type StartOutcome =
  | { process: RunProcess }
  /** The reason, as a sentence without its full stop. */
  | { refused: string }
  /** The declaration is already running, here or elsewhere. */
  | { runningElsewhere: RunSession };

/** Starts a run of a declaration in a process of its own, and shows its progress. */
export async function startRun({ outline, declaration }: Declared, parts: RunningParts): Promise<StartOutcome> {
  const { outlines, stores, commandLine, context } = parts;
  const { name } = declaration;
  const uri = vscode.Uri.parse(outline.uri);
  const refused = await whyNotReady({ outline, declaration });
  if (refused !== null) return { refused };
  const file = pathOf(outline);
  await stores.look(outline.store);
  const runningElsewhere = sessionOf(stores.get(outline.store), file, name);
  if (runningElsewhere) return { runningElsewhere };
  const settings = vscode.workspace.getConfiguration("pretrain", uri);
  const started = commandLine.run({ file, name, ...engineOfSettings(settings), jobs: settings.get("parallelJobs", 1) });
  followRun({ context, outlines, stores, outline, name, process: started, stop: () => stopProcess(started.pid) });
  return { process: started };
}

/**
 * Why the command line cannot work with the declaration as written; null if it can. Saves the file first, because the command line reads
 * it.
 */
export async function whyNotReady({ outline, declaration }: Declared): Promise<string | null> {
  const refused = whyNoRunning(vscode.Uri.parse(outline.uri));
  if (refused !== null) return refused;
  if (outline.stale) return "The text has errors to fix first";
  if (declaration.errors > 0) return `${declaration.name} cannot run: it has errors to fix first`;
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === outline.uri);
  return document?.isDirty && !(await document.save()) ? "The file could not be saved" : null;
}

/**
 * Interrupts a process as Ctrl-C in a terminal does. On systems without signals, the process ends at once; its checkpoints make that safe.
 */
export function stopProcess(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // it has just ended
  }
}
