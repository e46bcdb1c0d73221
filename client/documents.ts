import * as vscode from "vscode";

const scheme = "pretrain-text";
const contents = new Map<string, string>();
const changed = new vscode.EventEmitter<vscode.Uri>();

/** Serves read-only documents with generated text: they cannot be edited and never ask to be saved. */
export function addDocuments(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => contents.get(uri.toString()) ?? "",
    }),
  );
}

/** @param name with an extension, which decides the language */
export async function showDocument(name: string, content: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(keep(name, content));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

/** Shows Markdown in VS Code's own preview, because lines of a wide table would wrap as text. */
export async function showMarkdown(name: string, content: string): Promise<void> {
  try {
    await vscode.commands.executeCommand("markdown.showPreviewToSide", keep(`${name}.md`, content));
  } catch {
    // the preview's extension can be disabled
    await showDocument(`${name}.md`, content);
  }
}

function keep(name: string, content: string): vscode.Uri {
  const uri = vscode.Uri.from({ scheme, path: `/${name}` });
  contents.set(uri.toString(), content);
  changed.fire(uri);
  return uri;
}
