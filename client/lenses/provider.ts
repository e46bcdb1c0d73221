import * as vscode from "vscode";
import { visible, visibleLine } from "#runtime/contract/visible.ts";
import type { Change } from "#server/protocol.ts";
import type { Language } from "../language/client.ts";
import { type Outlines, pathOf, whyNoRunning } from "../language/outlines.ts";
import type { Stores } from "../runs/stores.ts";
import { statusesOf } from "../status/status.ts";
import { type Lens, type LensCommand, lensesOf } from "./collect-lenses.ts";
import { createSignal } from "./signal.ts";

/** Shows lenses above every declaration: its actions, its progress and its results. */
export function addLenses(context: vscode.ExtensionContext, language: Language, outlines: Outlines, stores: Stores): void {
  const changed = new vscode.EventEmitter<void>();
  const inSight = () =>
    vscode.window.visibleTextEditors.map(({ document }) => document).filter(({ languageId }) => languageId === "pretrain");
  const signal = createSignal(
    () => changed.fire(),
    () => inSight().map(({ uri }) => uri.toString()),
  );
  const update = () => signal.changed();
  const changes = rememberedChanges(language, update);
  // ages and remaining times change with the clock
  const clock = setInterval(update, 30_000);
  context.subscriptions.push(
    changed,
    signal,
    { dispose: () => clearInterval(clock) },
    outlines.onChange(update),
    stores.onChange(update),
    vscode.workspace.onDidGrantWorkspaceTrust(update),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(setting) && update()),
    vscode.languages.registerCodeLensProvider(
      { language: "pretrain" },
      {
        onDidChangeCodeLenses: changed.event,
        async provideCodeLenses(document) {
          if (!vscode.workspace.getConfiguration().get<boolean>(setting)) return [];
          const known = outlines.get(document.uri);
          const outline = known?.version === document.version ? known : await outlines.refresh(document.uri);
          if (!outline) {
            signal.noteAnswer(document.uri.toString());
            return [];
          }
          const store = stores.get(outline.store);
          const file = pathOf(outline);
          const now = Date.now();
          const changed = new Map<string, readonly Change[]>();
          for (const { declaration, status } of statusesOf(outline, file, store, now)) {
            const earlier = "earlier" in status ? status.earlier : undefined;
            if (earlier) changed.set(earlier.id, changes(outline.uri, declaration.name, earlier.id, declaration.plan?.goals[0] ?? ""));
          }
          signal.noteAnswer(document.uri.toString());
          const lenses = lensesOf({ outline, file, store, changes: changed, now, noRunning: whyNoRunning(document.uri) });
          return lenses.map((lens) => codeLens(lens, document.uri));
        },
      },
    ),
  );
}

const setting = "pretrain.codeLens";

const commands: Record<LensCommand, string> = {
  run: "pretrain.run",
  stop: "pretrain.stop",
  showPlan: "pretrain.showPlan",
  open: "pretrain.open",
  previewObjective: "pretrain.previewObjective",
  downloadModel: "pretrain.downloadModel",
  generate: "pretrain.generate",
  showChanges: "pretrain.showChanges",
  showProblems: "workbench.actions.view.problems",
  manageTrust: "workbench.trust.manage",
};

function codeLens({ range, title, tooltip, command, name }: Lens, uri: vscode.Uri): vscode.CodeLens {
  return new vscode.CodeLens(new vscode.Range(range.start.line, range.start.character, range.start.line, range.start.character), {
    title: lensTitle(title),
    command: command ? commands[command] : "",
    ...(tooltip ? { tooltip: visible(tooltip) } : {}),
    ...(command ? { arguments: [{ uri: uri.toString(), name }] } : {}),
  });
}

/**
 * A leading icon is part of the lens; anything that looks like an icon after it is text of data and is escaped. The editor drops an
 * ordinary space after an icon.
 */
function lensTitle(title: string): string {
  const [, icon = "", text = ""] = /^(\$\([\w-]+\) )?(.*)$/su.exec(title) ?? [];
  return `${icon.replace(" ", "\u00a0")}${visibleLine(text).replaceAll("$(", "\\$(")}`;
}

/** Caches the changes between an earlier run and a present plan. */
function rememberedChanges(language: Language, onKnown: () => void) {
  const known = new Map<string, readonly Change[]>();
  return (uri: string, name: string, run: string, goal: string): readonly Change[] => {
    const key = `${uri} ${name} ${run} ${goal}`;
    const found = known.get(key);
    if (found) return found;
    known.set(key, []);
    void language.changes({ uri, name, run }).then((changes) => {
      if (!changes) known.delete(key);
      else {
        known.set(key, changes);
        onKnown();
      }
    });
    return [];
  };
}
