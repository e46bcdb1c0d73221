import * as vscode from "vscode";
import { addDocuments } from "./documents.ts";
import { addTestExplorer } from "./expectations/explorer.ts";
import { addExperimentView } from "./experiments/view.ts";
import { startLanguage } from "./language/client.ts";
import { keepOutlines } from "./language/outlines.ts";
import { addLenses } from "./lenses/provider.ts";
import { commandLine } from "./running/command-line.ts";
import { addModelDownload } from "./running/download-model.ts";
import { addEngineInstallation } from "./running/install-engine.ts";
import { addSpeedMeasurement } from "./running/measure-speed.ts";
import { addRunning } from "./running/run-commands.ts";
import { addEngineSelection } from "./running/select-engine.ts";
import { addStatusBar } from "./running/status-bar.ts";
import { followStores } from "./runs/stores.ts";
import { addTemplates } from "./templates/new-experiment.ts";
import { addViews } from "./views/view-commands.ts";

/** Composes the extension: the language server, the run folders that it follows, and the parts that show them. */
export function activate(context: vscode.ExtensionContext): void {
  const language = startLanguage(context);
  const outlines = keepOutlines(context, language);
  const stores = followStores();
  const cli = commandLine(context.asAbsolutePath("dist/cli.js"), vscode.Uri.joinPath(context.globalStorageUri, "runs").fsPath);
  const parts = { context, language, outlines, stores, commandLine: cli };

  context.subscriptions.push(
    { dispose: () => stores.dispose() },
    // an experiment's runs are followed as soon as the experiment is known
    outlines.onChange(({ store }) => void stores.get(store)),
    stores.onChange(({ store, results }) => results && language.resultsChanged({ store: store.root })),
    vscode.commands.registerCommand("pretrain.restartServer", () => language.restart()),
  );
  addDocuments(context);
  addLenses(context, language, outlines, stores);
  addRunning(parts);
  addModelDownload(parts);
  addStatusBar(context, outlines, stores);
  addSpeedMeasurement(context, outlines, cli);
  addTestExplorer(parts);
  addExperimentView(context, outlines, stores);
  addViews(parts);
  addTemplates(context);
  addEngineSelection(context, cli);
  addEngineInstallation(context, outlines, cli);
}
