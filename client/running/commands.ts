import * as vscode from "vscode";
import { type Declared, type Outlines, pathOf, whyNoRunning } from "../language/outlines.ts";
import { isHere } from "../runs/process.ts";
import type { Stores } from "../runs/stores.ts";
import { sessionOf } from "../status/progress.ts";
import { statusOf } from "../status/status.ts";
import type { CommandLine } from "./command-line.ts";
import { followRun } from "./follow.ts";
import { pickDeclared, type Target } from "./pick.ts";

export interface RunningParts {
  context: vscode.ExtensionContext;
  outlines: Outlines;
  stores: Stores;
  commandLine: CommandLine;
}

/** The commands Run and Stop. */
export function addRunning(parts: RunningParts): void {
  parts.context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.run", async (target?: Target) => {
      const declared = await pickDeclared(parts.outlines, target, "What to run", ({ runnable, errors }) => runnable && errors === 0);
      if (declared) await run(declared, parts);
    }),
    vscode.commands.registerCommand("pretrain.stop", async (target?: Target) => {
      const isRunning = ({ declaration, outline }: Declared) =>
        statusOf(declaration, pathOf(outline), parts.stores.get(outline.store), Date.now()).state === "running";
      const declared = await pickDeclared(parts.outlines, target, "What to stop", ({ runnable }) => runnable, isRunning);
      if (declared) stop(declared, parts);
    }),
  );
}

async function run({ outline, declaration }: Declared, { outlines, stores, commandLine, context }: RunningParts): Promise<void> {
  const uri = vscode.Uri.parse(outline.uri);
  const refused = whyNoRunning(uri);
  if (refused !== null) return void vscode.window.showWarningMessage(`${refused}.`);
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === outline.uri);
  // a run reads the file
  if (document?.isDirty && !(await document.save())) return;
  const file = pathOf(outline);
  await stores.look(outline.store);
  const elsewhere = sessionOf(stores.get(outline.store), file, declaration.name);
  if (elsewhere) {
    const where = isHere(elsewhere) ? "" : ` on ${elsewhere.host}`;
    return void vscode.window.showInformationMessage(`${declaration.name} is running already${where}: see the line above it.`);
  }
  const settings = vscode.workspace.getConfiguration("pretrain", uri);
  const started = commandLine.run({
    file,
    name: declaration.name,
    engine: settings.get("engine", "auto"),
    jobs: settings.get("parallelJobs", 1),
  });
  followRun({ context, outlines, stores, outline, name: declaration.name, process: started, stop: () => stopProcess(started.pid) });
}

function stop({ outline, declaration }: Declared, { stores }: RunningParts): void {
  const store = stores.get(outline.store);
  const session = sessionOf(store, pathOf(outline), declaration.name);
  if (session && !isHere(session)) {
    void vscode.window.showWarningMessage(`${declaration.name} runs on ${session.host}: stop it there.`);
    return;
  }
  // without a session a run of something else works on it: it is that job that is asked
  const running = declaration.plan?.goals.map((id) => store.runs.get(id)).find((each) => each?.state === "running");
  stopProcess(session?.pid ?? running?.pid);
}

/** As Ctrl-C in a terminal does. Where the system has no signals the process ends at once: its checkpoints make that safe. */
export function stopProcess(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // it has just ended
  }
}
