import * as vscode from "vscode";
import { titled } from "#runtime/contract/doc-text.ts";
import { isOfModel } from "#runtime/contract/job-kinds.ts";
import { markdownRow, markdownText } from "#runtime/contract/markdown-text.ts";
import type { Change } from "#server/protocol.ts";
import { showDocument } from "../documents.ts";
import type { Language } from "../language/client.ts";
import { type Declared, folderOf, type Outlines, pathOf } from "../language/outlines.ts";
import { showInformation, showWarning } from "../notify.ts";
import type { CommandLine } from "../running/command-line.ts";
import { pickDeclared, type Target } from "../running/pick.ts";
import { whyNotReady } from "../running/start-run.ts";
import { type Run, writesText } from "../runs/model.ts";
import type { Stores } from "../runs/stores.ts";
import { outcomeText, statusOf } from "../status/status.ts";
import { ago } from "../status/status-numbers.ts";
import type { Shown } from "../webviews/page-messages.ts";
import { answerOf, type FilledPage, type PageName, pageAbout } from "../webviews/pages.ts";
import { answerPage } from "./answer-page.ts";
import { comparisonPage } from "./comparison-page.ts";
import { curvesPage } from "./curves-page.ts";
import { generateText } from "./generate-text.ts";
import { addPanels, type Fill, type Panels } from "./panels.ts";
import { showPlan } from "./show-plan.ts";

export interface ViewParts {
  context: vscode.ExtensionContext;
  language: Language;
  outlines: Outlines;
  stores: Stores;
  commandLine: CommandLine;
}

/** The argument that a lens or the tree passes to a command. */
export type OpenTarget = Partial<Target> & { store?: string; run?: string };

/** Adds the commands that show something: results, comparisons, previews, plans, changes. */
export function addViews(parts: ViewParts): void {
  const { context, outlines, stores, commandLine } = parts;
  const fills: Record<FilledPage, Fill> = {
    curves: curvesPage(outlines, stores),
    comparison: comparisonPage(outlines, stores, commandLine),
  };
  const fillOf = (page: PageName) => {
    const answer = answerOf(page);
    return answer ? answerPage(page, answer, parts) : fills[page as FilledPage];
  };
  const panels = addPanels(context, fillOf, (shown, run) => {
    const store = "store" in shown ? shown.store : outlines.get(vscode.Uri.parse(shown.uri))?.store;
    void vscode.commands.executeCommand("pretrain.showLog", { store, run });
  });
  const register = (name: string, command: (target?: OpenTarget, all?: OpenTarget[]) => Promise<void>) =>
    context.subscriptions.push(vscode.commands.registerCommand(`pretrain.${name}`, command));
  register("open", async (target) => {
    // a declaration's page follows the text; a run's page does not
    if (target?.name === undefined && target?.store && target.run)
      return panels.open(pageOfRun(stores.get(target.store).runs.get(target.run), target.store));
    const declared = await pickDeclared(outlines, target, {
      title: "Choose what to open",
      fits: ({ runnable }) => runnable,
      none: nothingToRun,
    });
    if (declared) panels.open(pageOf(declared));
  });
  register("compareRuns", (target, all) => compareRuns(parts, panels, all?.length ? all : target ? [target] : []));
  register("previewObjective", async (target) => {
    const declared = await pickDeclared(outlines, target, {
      title: "Choose an objective to preview",
      fits: ({ kind }) => kind === "objective",
      none: "No objective is declared here. Declare one, such as objective mlm = masked.",
    });
    if (!declared || (await refused(declared))) return;
    panels.open({ page: "preview", uri: declared.outline.uri, name: declared.declaration.name });
  });
  register("showPlan", async (target) => {
    const declared = await pickDeclared(outlines, target, {
      title: "Choose a plan to show",
      fits: ({ runnable }) => runnable,
      none: nothingToRun,
    });
    if (declared && !(await refused(declared)))
      await showPlan(declared, commandLine, { file: pathOf(declared.outline), folder: folderOf(declared.outline) });
  });
  register("generate", async (target) => {
    const isDone = (declared: Declared) => {
      const run = runOf(declared, stores);
      return run !== undefined && writesText(run);
    };
    const declared = await pickDeclared(outlines, target, {
      title: "Choose a model to generate text with",
      fits: ({ kind }) => kind === "pretrain",
      fitsNow: isDone,
      none: "No finished pre-training can generate text. Run one of a decoder or an encoder-decoder first.",
    });
    if (declared && !(await refused(declared))) await generateText(declared, commandLine);
  });
  register("showChanges", async (target) => {
    const declared = await pickDeclared(outlines, target, {
      title: "Choose what to show changes of",
      fits: ({ runnable }) => runnable,
      none: nothingToRun,
    });
    if (declared) await showChanges(declared, parts);
  });
}

const nothingToRun = "Nothing runnable is declared here. Declare a pretrain, finetune, probe or compare.";

/** Shows why the command line cannot work with the declaration, if so. */
async function refused(declared: Declared): Promise<boolean> {
  const why = await whyNotReady(declared);
  if (why !== null) void showWarning(`${why}.`);
  return why !== null;
}

function runOf({ outline, declaration }: Declared, stores: Stores): Run | undefined {
  const status = statusOf(declaration, pathOf(outline), stores.get(outline.store), Date.now());
  return status.state === "done" ? status.run : undefined;
}

function pageOf({ outline, declaration }: Declared): Shown {
  const page = pageAbout(declaration.kind) ?? (declaration.kind === "compare" ? "comparison" : "curves");
  return { page, uri: outline.uri, name: declaration.name };
}

function pageOfRun(run: Run | undefined, store: string): Shown {
  const ids = run ? [run.id] : [];
  return { page: run?.comparison ? "comparison" : "curves", store, runs: ids };
}

/** Compares several runs, or opens a declared comparison. */
async function compareRuns({ outlines, stores }: ViewParts, panels: Panels, chosen: readonly OpenTarget[]): Promise<void> {
  const [first] = chosen;
  if (chosen.length > 1 && first?.store) {
    return panels.open({ page: "comparison", store: first.store, runs: chosen.flatMap(({ run }) => run ?? []) });
  }
  const declared = outlines
    .all()
    .flatMap((outline) => outline.declarations.filter(({ kind }) => kind === "compare").map((declaration) => ({ outline, declaration })));
  const comparisons = declared.map((each) => ({
    label: `$(git-compare) ${each.declaration.name}`,
    description: "declared comparison",
    detail: titled(each.declaration.doc ?? "").title,
    each,
  }));
  const runs = stores.all().flatMap((store) =>
    [...store.runs.values()]
      .filter(({ kind, scores }) => isOfModel(kind) && scores.length > 0)
      .sort((a, b) => (b.ended ?? 0) - (a.ended ?? 0))
      .map((run) => ({
        label: run.name,
        description: `${outcomeText(run)} · ${ago(run.ended ?? Date.now(), Date.now())}`,
        detail: run.id,
        run,
        root: store.root,
      })),
  );
  if (comparisons.length + runs.length === 0) return showInformation("There are no runs to compare yet. Run something first.");
  const picked = first?.run ? runs.filter(({ run }) => run.id === first.run) : [];
  const items = [...comparisons, { label: "Runs", kind: vscode.QuickPickItemKind.Separator }, ...runs] as (vscode.QuickPickItem &
    Partial<(typeof comparisons)[number] & (typeof runs)[number]>)[];
  const answer = await pickSeveral(items, picked);
  const comparison = answer.find(({ each }) => each)?.each;
  if (comparison) return panels.open(pageOf(comparison));
  const root = answer[0]?.root;
  const ids = answer.filter((item) => item.root === root).flatMap(({ run }) => run?.id ?? []);
  if (root && ids.length > 0) panels.open({ page: "comparison", store: root, runs: ids });
}

function pickSeveral<T extends vscode.QuickPickItem>(items: T[], picked: readonly vscode.QuickPickItem[]): Promise<T[]> {
  const pick = vscode.window.createQuickPick<T>();
  pick.title = "Compare Runs";
  pick.placeholder = "Choose several runs, or one declared comparison";
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.items = items;
  pick.selectedItems = items.filter((item) => picked.includes(item));
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      // Enter on a row without a tick chooses that row
      resolve([...(pick.selectedItems.length > 0 ? pick.selectedItems : pick.activeItems)]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve([]);
      pick.dispose();
    });
    pick.show();
  });
}

async function showChanges({ outline, declaration }: Declared, { language, stores }: ViewParts): Promise<void> {
  const status = statusOf(declaration, pathOf(outline), stores.get(outline.store), Date.now());
  const earlier = "earlier" in status ? status.earlier : undefined;
  if (!earlier) return showInformation(`${declaration.name} has no earlier run that differs.`);
  const changes = (await language.changes({ uri: outline.uri, name: declaration.name, run: earlier.id })) ?? [];
  await showDocument(`Changes of ${declaration.name}.md`, changesText(declaration.name, earlier, changes));
}

function changesText(name: string, earlier: Run, changes: readonly Change[]): string {
  const rows = changes.map(({ setting, was, is }) => markdownRow([setting, was, is]));
  return [
    `# ${markdownText(name)}: the text against its last run`,
    "",
    `${earlier.id}, ${ago(earlier.ended ?? Date.now(), Date.now())}: ${markdownText(outcomeText(earlier))}`,
    "",
    ...(rows.length > 0
      ? ["| setting | was | is |", "| --- | --- | --- |", ...rows]
      : ["The settings are the same. The data differ, or the jobs that produced the data."]),
    "",
  ].join("\n");
}
