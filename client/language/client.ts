import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions, TransportKind } from "vscode-languageclient/node";
import {
  type Change,
  type ChangesParams,
  changesRequest,
  type InitializationOptions,
  type Outline,
  type OutlineChanged,
  type OutlineParams,
  outlineChangedNotification,
  outlineRequest,
  type ResultsChanged,
  resultsChangedNotification,
  trustGrantedNotification,
} from "#server/protocol.ts";

/** The language server, as used by the rest of the extension. */
export interface Language {
  outline(uri: string): Promise<Outline | null>;
  changes(params: ChangesParams): Promise<Change[] | null>;
  resultsChanged(params: ResultsChanged): void;
  onOutlineChanged: vscode.Event<OutlineChanged>;
  restart(): Promise<void>;
}

/** The engine from the settings; empty if the user has not chosen one. */
function chosenEngine(): { engine?: string } {
  const engine = vscode.workspace.getConfiguration("pretrain").get("engine", "auto");
  return engine === "auto" ? {} : { engine };
}

/** Starts the server in a process of its own, on VS Code's own Node. */
export function startLanguage(context: vscode.ExtensionContext): Language {
  const server = { module: context.asAbsolutePath("dist/server.js"), transport: TransportKind.ipc };
  const serverOptions: ServerOptions = { run: server, debug: server };
  const clientOptions: LanguageClientOptions = {
    documentSelector: [{ language: "pretrain" }],
    initializationOptions: (): InitializationOptions => ({ trusted: vscode.workspace.isTrusted }),
    // changes of data files and results may change the problems of a text
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{pretrain,txt,md,tsv,csv,json,jsonl,gz,parquet}") },
  };
  const client = new LanguageClient("pretrain", "Pretrain Language Server", serverOptions, clientOptions);
  const outlineChanged = new vscode.EventEmitter<OutlineChanged>();
  client.onNotification(outlineChangedNotification, (changed: OutlineChanged) => outlineChanged.fire(changed));
  const started = client.start();
  const granted = vscode.workspace.onDidGrantWorkspaceTrust(
    () => void started.then(() => client.sendNotification(trustGrantedNotification)).catch(() => undefined),
  );
  context.subscriptions.push(outlineChanged, granted, { dispose: () => void started.then(() => client.stop()).catch(() => undefined) });

  const request = async <T>(method: string, params: object): Promise<T | null> => {
    try {
      await started;
      return await client.sendRequest<T | null>(method, params);
    } catch {
      // the server is restarting or has stopped; its output channel tells why
      return null;
    }
  };
  return {
    outline: (uri) => request<Outline>(outlineRequest, { uri, ...chosenEngine() } satisfies OutlineParams),
    changes: (params) => request<Change[]>(changesRequest, params),
    resultsChanged: (params) => void started.then(() => client.sendNotification(resultsChangedNotification, params)).catch(() => undefined),
    onOutlineChanged: outlineChanged.event,
    restart: () => client.restart(),
  };
}
