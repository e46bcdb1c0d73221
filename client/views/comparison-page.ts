import * as vscode from "vscode";
import type { ComparisonResult } from "#runtime/contract/artifacts.ts";
import { folderOf, type Outlines, pathOf } from "../language/outlines.ts";
import { runningText } from "../lenses/collect-lenses.ts";
import type { CommandLine } from "../running/command-line.ts";
import type { WatchedStore } from "../runs/model.ts";
import type { Stores } from "../runs/stores.ts";
import { statusOf } from "../status/status.ts";
import { ago } from "../status/status-numbers.ts";
import { completeStep } from "../walkthrough.ts";
import type { CurveRun, Shown } from "../webviews/page-messages.ts";
import type { Fill, PageLink } from "./panels.ts";
import { comparisonOfRuns } from "./picked-runs.ts";
import { curveRun, sendCurves } from "./send-curves.ts";

/** Fills the page of a declared comparison, of an earlier one, or of picked runs. */
export function comparisonPage(outlines: Outlines, stores: Stores, commandLine: CommandLine): Fill {
  return (shown, link) =>
    "runs" in shown ? pickedPage(shown, link, stores) : declaredPage(shown as Declared, link, { outlines, stores, commandLine });
}

type Declared = Extract<Shown, { name: string }>;

function pickedPage({ store: root, runs }: Extract<Shown, { runs: string[] }>, link: PageLink, stores: Stores): vscode.Disposable {
  const send = () => {
    const found = runs.map((id) => stores.get(root).runs.get(id)).filter((run) => run !== undefined);
    const [first] = found;
    if (first?.comparison) {
      const status = `as it was ${ago(first.ended ?? Date.now(), Date.now())}`;
      return link.send({ type: "comparison", title: first.name, status, result: first.comparison, columns: [] });
    }
    const { result, columns } = comparisonOfRuns(found);
    link.send({ type: "comparison", title: `${found.length} runs`, status: "not a declared comparison: no verdicts", result, columns });
  };
  link.setTitle("Compare runs");
  send();
  const labels = (store: WatchedStore) => runs.flatMap((id) => curveOf(store, id, id));
  return vscode.Disposable.from(
    stores.onChange(({ store }) => store.root === root && send()),
    sendCurves(stores, root, "", labels, link.send),
  );
}

function declaredPage(
  { uri: text, name }: Declared,
  link: PageLink,
  parts: { outlines: Outlines; stores: Stores; commandLine: CommandLine },
): vscode.Disposable {
  const { outlines, stores, commandLine } = parts;
  const uri = vscode.Uri.parse(text);
  let curves: vscode.Disposable | undefined;
  let asked = "";
  let sent = "";
  let disposed = false;
  let last: ComparisonResult | undefined;
  link.setTitle(name);

  /** Asks for the results again whenever the finished jobs change. */
  const update = async () => {
    const outline = outlines.get(uri);
    const declaration = outline?.declarations.find((each) => each.name === name);
    const plan = declaration?.plan;
    if (!outline || !declaration || !plan) return;
    curves ??= sendCurves(stores, outline.store, name, (store) => cellCurves(store), link.send);
    const store = stores.get(outline.store);
    const done = plan.jobs.filter(({ id }) => store.runs.get(id)?.state === "done").map(({ id }) => id);
    const key = JSON.stringify([plan.goals, done, outline.stale]);
    if (key === asked) return sendLast();
    asked = key;
    try {
      last = await commandLine.json<ComparisonResult>(["results", pathOf(outline), name], { folder: folderOf(outline) });
    } catch (error) {
      if (!last) link.send({ type: "message", title: name, text: (error as Error).message });
    }
    sendLast();
  };
  const sendLast = () => {
    if (!last || disposed) return;
    const message = { type: "comparison" as const, title: name, status: statusText(), result: last, columns: [] };
    const text = JSON.stringify(message);
    if (text !== sent) link.send(message);
    if (last.summary.length > 0) completeStep("compare");
    sent = text;
  };
  const statusText = () => {
    const outline = outlines.get(uri);
    const declaration = outline?.declarations.find((each) => each.name === name);
    if (!outline || !declaration) return "";
    const status = statusOf(declaration, pathOf(outline), stores.get(outline.store), Date.now());
    if (status.state === "running") return runningText(status.progress);
    if (status.state === "done") return `done ${ago(status.run.ended ?? Date.now(), Date.now())}`;
    return status.state === "stopped" ? `${status.progress.done} of ${status.progress.all} jobs done` : "";
  };
  const cellCurves = (store: WatchedStore): CurveRun[] => {
    const plan = outlines.get(uri)?.declarations.find((each) => each.name === name)?.plan;
    return (
      plan?.jobs.filter(({ kind }) => kind === "pretrain").flatMap(({ id, name: label }) => curveOf(store, id, cellOf(label, name))) ?? []
    );
  };
  const listening = [
    outlines.onChange(() => void update()),
    stores.onChange(({ store }) => {
      if (store.root === outlines.get(uri)?.store) void update();
    }),
  ];
  link.send({ type: "message", title: name, text: "Reading results…" });
  void outlines.refresh(uri).then(update);
  return vscode.Disposable.from(...listening, {
    dispose() {
      disposed = true;
      curves?.dispose();
    },
  });
}

function curveOf(store: WatchedStore, id: string, group: string): CurveRun[] {
  const run = store.runs.get(id);
  const made = run && curveRun(run, run.name, group);
  return made ? [made] : [];
}

/** `objectives: clm, seed 1` → `clm`: the seeds of a cell share its colour. */
function cellOf(label: string, comparison: string): string {
  return label.replace(`${comparison}: `, "").replace(/, seed \d+$/, "");
}
