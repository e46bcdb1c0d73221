import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { showError } from "../notify.ts";
import type { FromPage, Shown, ToPage } from "../webviews/page-messages.ts";
import { type PageName, pages } from "../webviews/pages.ts";

/** Fills a page: sends its contents and their changes until disposed of. */
export type Fill = (shown: Shown, link: PageLink) => vscode.Disposable;

export interface PageLink {
  send(message: ToPage): void;
  setTitle(title: string): void;
}

export interface Panels {
  /** Opens a page beside the text, or reveals the one that already shows the same. */
  open(shown: Shown): void;
}

/** Manages the extension's webviews. After a reload they are restored with their contents. */
export function addPanels(
  context: vscode.ExtensionContext,
  fillOf: (page: PageName) => Fill,
  onLog: (shown: Shown, run: string) => void,
): Panels {
  const open = new Map<string, vscode.WebviewPanel>();
  const attach = (panel: vscode.WebviewPanel, shown: Shown) => {
    const key = JSON.stringify(shown);
    open.set(key, panel);
    panel.iconPath = vscode.Uri.joinPath(context.extensionUri, "media", "pretrain.svg");
    panel.webview.options = { enableScripts: true, localResourceRoots: [pagesOf(context)] };
    let filled: vscode.Disposable | undefined;
    const link: PageLink = {
      send: (message) => void panel.webview.postMessage(message),
      setTitle(title) {
        panel.title = title;
      },
    };
    panel.webview.onDidReceiveMessage((message: FromPage) => {
      if (message.type === "ready") {
        filled?.dispose();
        filled = fillOf(shown.page)(shown, link);
      } else if (message.type === "copy") void vscode.env.clipboard.writeText(message.text);
      else if (message.type === "log") onLog(shown, message.run);
      else void save(message);
    });
    panel.onDidDispose(() => {
      filled?.dispose();
      open.delete(key);
    });
    panel.webview.html = html(panel.webview, context, shown);
  };
  for (const page of Object.keys(pages) as PageName[]) {
    context.subscriptions.push(
      vscode.window.registerWebviewPanelSerializer(viewType(page), {
        async deserializeWebviewPanel(panel, state: Shown | undefined) {
          if (state?.page === page) attach(panel, state);
          else panel.dispose();
        },
      }),
    );
  }
  return {
    open(shown) {
      const found = open.get(JSON.stringify(shown));
      if (found) return found.reveal(found.viewColumn, false);
      const title = "name" in shown ? shown.name : pages[shown.page].title;
      const column = { viewColumn: besideText(), preserveFocus: false };
      attach(
        vscode.window.createWebviewPanel(viewType(shown.page), title, column, { enableScripts: true, retainContextWhenHidden: true }),
        shown,
      );
    },
  };
}

function viewType(page: PageName): string {
  return `pretrain.${page}`;
}

/** The column of an open page of the extension, else the one beside the text. */
function besideText(): vscode.ViewColumn {
  const group = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes("pretrain.")),
  );
  return group?.viewColumn ?? vscode.ViewColumn.Beside;
}

function pagesOf(context: vscode.ExtensionContext): vscode.Uri {
  return vscode.Uri.joinPath(context.extensionUri, "dist", "webviews");
}

/** The page's HTML. Its policy allows only the extension's own scripts and styles, and images that the page itself creates for saving. */
function html(webview: vscode.Webview, context: vscode.ExtensionContext, shown: Shown): string {
  const nonce = randomBytes(16).toString("base64");
  const resource = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(pagesOf(context), name)).toString();
  const policy = [
    `default-src 'none'`,
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "img-src data:",
    `font-src ${webview.cspSource}`,
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<link rel="stylesheet" href="${resource(pages[shown.page].style)}">
<title>Pretrain</title>
</head>
<body data-shown="${escaped(JSON.stringify(shown))}">
<main></main>
<script nonce="${nonce}" src="${resource(`${shown.page}.js`)}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

async function save({ name, format, content }: Extract<FromPage, { type: "save" }>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `${name}.${format}`;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, file) } : {}),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (!target) return;
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.from(content, format === "png" ? "base64" : "utf8"));
  } catch (error) {
    void showError(`${file} was not saved: ${(error as Error).message}.`);
  }
}
