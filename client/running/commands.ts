import * as vscode from "vscode";
import { type Declared, pathOf, whyNoRunning } from "../language/outlines.ts";
import { showInformation, showWarning } from "../notify.ts";
import { isHere } from "../runs/process.ts";
import { sessionOf } from "../status/progress.ts";
import { statusOf } from "../status/status.ts";
import { pickDeclared, type Target } from "./pick.ts";
import { hasRunnable } from "./running-now.ts";
import { type RunningParts, startRun, stopProcess } from "./start.ts";

/** The commands Run and Stop. */
export function addRunning(parts: RunningParts): void {
  offerRun(parts);
  parts.context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.run", async (target?: Target) => {
      const declared = await pickDeclared(parts.outlines, target, {
        title: "What to run",
        fits: ({ runnable, errors }) => runnable && errors === 0,
        none: "Nothing here can run: it takes a pretrain, finetune, probe or compare without errors.",
      });
      if (declared) await run(declared, parts);
    }),
    vscode.commands.registerCommand("pretrain.stop", async (target?: Target) => {
      const isRunning = ({ declaration, outline }: Declared) =>
        statusOf(declaration, pathOf(outline), parts.stores.get(outline.store), Date.now()).state === "running";
      const declared = await pickDeclared(parts.outlines, target, {
        title: "What to stop",
        fits: ({ runnable }) => runnable,
        fitsNow: isRunning,
        none: "Nothing is running here.",
      });
      if (declared) stop(declared, parts);
    }),
  );
}

/** The button above the text stands there while something in it can run. */
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
  if ("elsewhere" in start) {
    const where = isHere(start.elsewhere) ? "" : ` on ${start.elsewhere.host}`;
    showInformation(`${declared.declaration.name} is running already${where}: see the line above it.`);
  }
}

function stop({ outline, declaration }: Declared, { stores }: RunningParts): void {
  const store = stores.get(outline.store);
  const session = sessionOf(store, pathOf(outline), declaration.name);
  if (session && !isHere(session)) {
    void showWarning(`${declaration.name} runs on ${session.host}: stop it there.`);
    return;
  }
  // without a session a run of something else works on it: it is that job that is asked
  const running = declaration.plan?.goals.map((id) => store.runs.get(id)).find((each) => each?.state === "running");
  stopProcess(session?.pid ?? running?.pid);
}
