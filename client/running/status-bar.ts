import * as vscode from "vscode";
import { type Declared, type Outlines, pathOf } from "../language/outlines.ts";
import { runningText } from "../lenses/collect.ts";
import type { Stores } from "../runs/stores.ts";
import { leftText } from "../status/numbers.ts";
import { type Status, statusOf } from "../status/status.ts";

/** One item while something runs, whoever started it. */
export function addStatusBar(context: vscode.ExtensionContext, outlines: Outlines, stores: Stores): void {
  const item = vscode.window.createStatusBarItem("pretrain.running", vscode.StatusBarAlignment.Left, 10);
  item.name = "Pretrain: Running";
  const show = () => {
    const running = runningIn(outlines, stores);
    const [first] = running;
    if (!first) return item.hide();
    const { share, left } = first.status.progress;
    const time = leftText(left);
    const more = running.length > 1 ? ` and ${running.length - 1} more` : "";
    item.text = `$(pulse) ${first.declaration.name} ${Math.floor(share * 100)}%${time && `, ${time}`}${more}`;
    item.tooltip = running.map(({ declaration, status }) => `${declaration.name}: ${runningText(status.progress)}`).join("\n");
    item.command = {
      title: "Open Results",
      command: "pretrain.open",
      arguments: [{ uri: first.outline.uri, name: first.declaration.name }],
    };
    item.show();
  };
  context.subscriptions.push(item, stores.onChange(show), outlines.onChange(show));
}

/** What a session stands for comes before what it makes on the way. */
function runningIn(outlines: Outlines, stores: Stores): (Declared & { status: Extract<Status, { state: "running" }> })[] {
  const running = outlines.all().flatMap((outline) =>
    outline.declarations
      .filter(({ runnable }) => runnable)
      .flatMap((declaration) => {
        const status = statusOf(declaration, pathOf(outline), stores.get(outline.store), Date.now());
        return status.state === "running" ? [{ outline, declaration, status }] : [];
      }),
  );
  return running.sort((a, b) => Number(b.status.session !== undefined) - Number(a.status.session !== undefined));
}
