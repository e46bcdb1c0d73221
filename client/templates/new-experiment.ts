import { basename } from "node:path";
import * as vscode from "vscode";
import { showError, showInformation } from "../notify.ts";
import { completeStep } from "../walkthrough.ts";

interface Template {
  file: string;
  label: string;
  detail: string;
}

const templates: readonly Template[] = [
  {
    file: "which-objective",
    label: "Which objective",
    detail: "Pre-train small models with several objectives at the same compute, and see which one serves a labelled task",
  },
  {
    file: "from-scratch",
    label: "From scratch on my text",
    detail: "A tokenizer and a small language model of your own text files",
  },
  {
    file: "adapt-checkpoint",
    label: "Adapt a checkpoint",
    detail: "Go on with the pre-training of an existing model on your texts, and see whether that helps a task",
  },
];

/** The command New Experiment from Template: a file that runs as it is, on sample data that it brings along. */
export function addTemplates(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.newExperiment", async (given?: { template?: string }) => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      if (!folder) return showInformation("Open a folder first: an experiment is a file in it.");
      const template =
        templates.find(({ file }) => file === given?.template) ??
        (await vscode.window.showQuickPick(templates, { title: "New Experiment from Template" }));
      if (!template) return;
      const target = await freeName(folder, template.file);
      try {
        await makeExperiment(context, folder, template, target);
      } catch (error) {
        return void showError(`${basename(target.path)} was not made in ${folder.fsPath}: ${(error as Error).message}.`);
      }
      // a tab that stays: what is opened next does not take its place, nor does it take the walkthrough's
      await vscode.window.showTextDocument(target, { preview: false });
      completeStep("create");
    }),
    vscode.commands.registerCommand("pretrain.openWalkthrough", () =>
      vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`, false),
    ),
  );
}

async function makeExperiment(context: vscode.ExtensionContext, folder: vscode.Uri, template: Template, target: vscode.Uri): Promise<void> {
  const source = vscode.Uri.joinPath(context.extensionUri, "media", "templates", `${template.file}.pretrain`);
  // first what it reads: a text that is there is looked at at once, and would be told that its files are missing
  await bringSample(context, folder, Buffer.from(await vscode.workspace.fs.readFile(source)).toString("utf8"));
  await vscode.workspace.fs.copy(source, target);
}

async function freeName(folder: vscode.Uri, name: string): Promise<vscode.Uri> {
  for (let number = 1; ; number++) {
    const uri = vscode.Uri.joinPath(folder, `${name}${number === 1 ? "" : `-${number}`}.pretrain`);
    if (!(await exists(uri))) return uri;
  }
}

/** The sample that a template reads, where the folder has none. */
async function bringSample(context: vscode.ExtensionContext, folder: vscode.Uri, text: string): Promise<void> {
  if (!text.includes('"sample/')) return;
  const target = vscode.Uri.joinPath(folder, "sample");
  if (!(await exists(target))) await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, "media", "sample"), target);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
