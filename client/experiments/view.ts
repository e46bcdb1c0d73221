import { join } from "node:path";
import * as vscode from "vscode";
import { visible, visibleLine } from "#runtime/contract/visible.ts";
import { showDocument } from "../documents.ts";
import { type Outlines, pathOf, rangeOf } from "../language/outlines.ts";
import { showInformation } from "../notify.ts";
import { openEventFile } from "../runs/read-run-files.ts";
import type { Stores } from "../runs/stores.ts";
import { experimentTree, type NodeIcon, scoresAsMarkdown, type TreeNode } from "./collect-experiments.ts";
import { deleteRuns } from "./delete.ts";
import { reconcile } from "./reconcile.ts";

/** Adds the view of experiments, jobs and runs, and the commands of its menus. */
export function addExperimentView(context: vscode.ExtensionContext, outlines: Outlines, stores: Stores): void {
  const roots: TreeNode[] = [];
  let timer: NodeJS.Timeout | undefined;
  const changed = new vscode.EventEmitter<TreeNode[] | undefined>();
  const view = vscode.window.createTreeView<TreeNode>("pretrain.experiments", {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => [...(node?.children ?? roots)],
      getTreeItem: treeItem,
    },
  });
  const update = () => {
    timer = undefined;
    const inputs = outlines.all().map((outline) => ({
      outline,
      file: pathOf(outline),
      shownFile: vscode.workspace.asRelativePath(vscode.Uri.parse(outline.uri)),
      store: stores.get(outline.store),
    }));
    const redrawn = reconcile(roots, experimentTree(inputs, Date.now()));
    if (redrawn === null) changed.fire(undefined);
    else if (redrawn.length > 0) changed.fire(redrawn);
  };
  // a run writes many times a second, faster than anyone can read
  const soon = () => {
    timer ??= setTimeout(update, 400);
  };
  context.subscriptions.push(view, changed, outlines.onChange(soon), stores.onChange(soon), { dispose: () => clearTimeout(timer) });
  const register = (name: string, command: (node: TreeNode, all?: readonly TreeNode[]) => unknown) =>
    context.subscriptions.push(
      // invoked by a key binding, the command applies to the selected rows
      vscode.commands.registerCommand(`pretrain.${name}`, (node?: TreeNode, all?: readonly TreeNode[]) => {
        const chosen = node ?? view.selection[0];
        if (!chosen) return showInformation("Select a row of the view Experiments first.");
        return command(chosen, node ? all : view.selection);
      }),
    );
  register("revealInText", (node) => reveal(node, outlines));
  register("showLog", showLog);
  register("deleteRun", (node, all) => deleteRuns(all?.length ? all : [node], stores));
  register("copyAsMarkdown", (node) => {
    const run = node.run === undefined ? undefined : stores.get(node.store).runs.get(node.run);
    if (!run) return showInformation(`${node.label} has no run and therefore no scores.`);
    return vscode.env.clipboard.writeText(scoresAsMarkdown(run));
  });
}

const icons: Record<NodeIcon, [icon: string, colour?: string]> = {
  new: ["circle-outline"],
  submitted: ["clock", "charts.blue"],
  running: ["pulse", "charts.blue"],
  stopped: ["debug-pause", "charts.yellow"],
  failed: ["error", "charts.red"],
  done: ["pass", "charts.green"],
  stale: ["history", "charts.yellow"],
  broken: ["warning", "charts.red"],
  file: ["file"],
  folder: ["archive"],
};

function treeItem(node: TreeNode): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(visibleLine(node.label), node.children.length === 0 ? None : node.expanded ? Expanded : Collapsed);
  const [icon, colour] = icons[node.icon];
  item.id = node.id;
  item.description = visibleLine(node.description);
  item.iconPath = new vscode.ThemeIcon(icon, colour ? new vscode.ThemeColor(colour) : undefined);
  item.contextValue = node.can.join(" ");
  if (node.tooltip) item.tooltip = visible(node.tooltip);
  item.accessibilityInformation = { label: `${node.label}, ${node.icon}, ${node.description}` };
  if (node.name !== undefined) item.command = { title: "Reveal in Text", command: "pretrain.revealInText", arguments: [node] };
  else if (node.can.includes("openable")) item.command = { title: "Open Results", command: "pretrain.open", arguments: [node] };
  return item;
}

async function reveal({ uri, name, label }: TreeNode, outlines: Outlines): Promise<void> {
  if (uri === undefined) return showInformation(`${label} is not declared in any open file.`);
  const parsed = vscode.Uri.parse(uri);
  const range = outlines.get(parsed)?.declarations.find((each) => each.name === name)?.nameRange;
  await vscode.window.showTextDocument(parsed, { preserveFocus: true, ...(range ? { selection: rangeOf(range) } : {}) });
}

/** Shows what the job's process printed, and its events without single steps. */
async function showLog({ store, run, label }: TreeNode): Promise<void> {
  if (run === undefined) return showInformation(`${label} has no run and therefore no log.`);
  const folder = join(store, "runs", run);
  const lines: string[] = [];
  for await (const events of openEventFile(join(folder, "events.jsonl")).read()) {
    for (const { time, job: _, event, ...more } of events) {
      if (event === "step") continue;
      const details = Object.entries(more).map(([key, value]) => `${key}: ${String(value)}`);
      lines.push(`${time} ${event}${details.length > 0 ? `  ${details.join(", ")}` : ""}`);
    }
  }
  const printed = await vscode.workspace.fs.readFile(vscode.Uri.file(join(folder, "log.txt"))).then(
    (bytes) => Buffer.from(bytes).toString("utf8").trim(),
    () => "",
  );
  await showDocument(`${run}.log`, [...lines, ...(printed ? ["", "It printed:", printed] : []), ""].join("\n"));
}
