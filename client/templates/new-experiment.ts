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
    detail: "Pre-train small models with several objectives at equal compute, and see which one helps a labelled task most",
  },
  {
    file: "from-scratch",
    label: "From scratch on my text",
    detail: "A tokenizer and a small language model from your own text files",
  },
  {
    file: "adapt-checkpoint",
    label: "Adapt a checkpoint",
    detail: "Continue pre-training an existing model on your texts, and see whether that helps a task",
  },
];

/** Adds the command New Experiment from Template, which creates a runnable file with sample data. */
export function addTemplates(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("pretrain.newExperiment", async (given?: { template?: string }) => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      if (!folder) return showInformation("Open a folder first; the experiment is created in it.");
      const template =
        templates.find(({ file }) => file === given?.template) ??
        (await vscode.window.showQuickPick(templates, { title: "New Experiment from Template" }));
      if (!template) return;
      const target = await freeName(folder, template.file);
      try {
        await makeExperiment(context, folder, template, target);
      } catch (error) {
        return void showError(`${basename(target.path)} was not created in ${folder.fsPath}: ${(error as Error).message}.`);
      }
      // opens a permanent tab, which neither is replaced by the next file nor replaces the walkthrough
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
  // its data come first: a new file is checked at once and would report missing files
  await bringSample(context, folder, Buffer.from(await vscode.workspace.fs.readFile(source)).toString("utf8"));
  await vscode.workspace.fs.copy(source, target);
}

async function freeName(folder: vscode.Uri, name: string): Promise<vscode.Uri> {
  for (let number = 1; ; number++) {
    const uri = vscode.Uri.joinPath(folder, `${name}${number === 1 ? "" : `-${number}`}.pretrain`);
    if (!(await exists(uri))) return uri;
  }
}

/** Copies the sample data that a template reads, if the folder does not have them. */
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
