import * as vscode from "vscode";
import { type Declared, pathOf, whyNoRunning } from "../language/outlines.ts";
import { showInformation, showWarning } from "../notify.ts";
import { isHere } from "../runs/process.ts";
import { sessionOf } from "../status/plan-progress.ts";
import { statusOf } from "../status/status.ts";
import { pickDeclared, type Target } from "./pick.ts";
import { hasRunnable } from "./running-now.ts";
import { type RunningParts, startRun, stopProcess } from "./start-run.ts";

/** Adds the commands Run and Stop. */
export function addRunning(parts: RunningParts): void {
  offerRun(parts);
  parts.context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.run", async (target?: Target) => {
      const declared = await pickDeclared(parts.outlines, target, {
        title: "Choose what to run",
        fits: ({ runnable, errors }) => runnable && errors === 0,
        none: "Nothing here can run. Declare a pretrain, finetune, probe or compare without errors.",
      });
      if (declared) await run(declared, parts);
    }),
    vscode.commands.registerCommand("pretrain.stop", async (target?: Target) => {
      const isRunning = ({ declaration, outline }: Declared) =>
        statusOf(declaration, pathOf(outline), parts.stores.get(outline.store), Date.now()).state === "running";
      const declared = await pickDeclared(parts.outlines, target, {
        title: "Choose what to stop",
        fits: ({ runnable }) => runnable,
        fitsNow: isRunning,
        none: "Nothing is running here.",
      });
      if (declared) stop(declared, parts);
    }),
  );
}

/** Shows the run button in the editor's title while something in the text can run. */
function offerRun({ context, outlines }: RunningParts): void {
  const update = () => {
    const document = vscode.window.activeTextEditor?.document;
    const outline = document && outlines.get(document.uri);
    const can = outline !== undefined && whyNoRunning(document!.uri) === null && hasRunnable(outline);
    void vscode.commands.executeCommand("setContext", "pretrain.canRun", can);
  };
  update();
  context.subscriptions.push(
    outlines.onChange(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidGrantWorkspaceTrust(update),
  );
}

async function run(declared: Declared, parts: RunningParts): Promise<void> {
  const start = await startRun(declared, parts);
  if ("refused" in start) return void showWarning(`${start.refused}.`);
  if ("runningElsewhere" in start) {
    const where = isHere(start.runningElsewhere) ? "" : ` on ${start.runningElsewhere.host}`;
    showInformation(`${declared.declaration.name} is already running${where}: see the line above it.`);
  }
}

function stop({ outline, declaration }: Declared, { stores }: RunningParts): void {
  const store = stores.get(outline.store);
  const session = sessionOf(store, pathOf(outline), declaration.name);
  if (session && !isHere(session)) {
    void showWarning(`${declaration.name} is running on ${session.host}. Stop it there.`);
    return;
  }
  // without a session, a run of another declaration works on the job; the process to stop is that job's
  const running = declaration.plan?.goals.map((id) => store.runs.get(id)).find((each) => each?.state === "running");
  stopProcess(session?.pid ?? running?.pid);
}
