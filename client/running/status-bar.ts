import * as vscode from "vscode";
import { type Outlines, pathOf } from "../language/outlines.ts";
import { runningText } from "../lenses/collect-lenses.ts";
import type { Stores } from "../runs/stores.ts";
import { leftText } from "../status/status-numbers.ts";
import { isFollowed } from "./follow.ts";
import { runningNow } from "./running-now.ts";

/** Shows one item while something runs, whoever started it. */
export function addStatusBar(context: vscode.ExtensionContext, outlines: Outlines, stores: Stores): void {
  const item = vscode.window.createStatusBarItem("pretrain.running", vscode.StatusBarAlignment.Left, 10);
  item.name = "Pretrain: Running";
  const show = () => {
    const all = runningNow(outlines.all(), (outline) => ({ store: stores.get(outline.store), file: pathOf(outline) }), Date.now());
    // a notification of this window already shows the progress of the runs that it follows
    const running = all.filter(({ outline, declaration }) => !isFollowed(outline.uri, declaration.name));
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
