import { URI } from "langium";
import {
  addCodeActionHandler,
  addCompletionHandler,
  addConfigurationChangeHandler,
  addDocumentHighlightHandler,
  addDocumentLinkHandler,
  addDocumentSymbolHandler,
  addDocumentUpdateHandler,
  addFindReferencesHandler,
  addFoldingRangeHandler,
  addFormattingHandler,
  addGotoDefinitionHandler,
  addHoverHandler,
  addInlayHintHandler,
  addRenameHandler,
  addSemanticTokenHandler,
  addWorkspaceSymbolHandler,
} from "langium/lsp";
import type { ClientCapabilities, Connection, InitializeParams } from "vscode-languageserver";
import { tracedCosts } from "#runtime/compile/costs.ts";
import { createAnalyses } from "./analysis/analyses.ts";
import { publishProblems } from "./analysis/publish.ts";
import { taskReadings } from "./compile/task-readings.ts";
import { watchedFiles } from "./compile/watched-files.ts";
import { addOutline } from "./outline/requests.ts";
import { type InitializationOptions, trustGrantedNotification } from "./protocol.ts";
import { createServerServices, type PretrainServerServices } from "./services.ts";
import { workspaceTrust } from "./workspace/workspace-trust.ts";

/** Serves a connection until it closes. */
export function startServer(connection: Connection): void {
  const trust = workspaceTrust();
  const files = watchedFiles(trust, { onRead: () => analyses.compileAgain(() => true), onFound: () => checkAgain() });
  let capabilities: ClientCapabilities = {};
  const services = createServerServices({
    connection,
    files,
    trust,
    analyses: () => analyses,
    snippets: () => capabilities.textDocument?.completion?.completionItem?.snippetSupport === true,
  });
  const tasks = taskReadings(files);
  const analyses = createAnalyses(services, { files, costs: tracedCosts(), tasks, trust });
  publishProblems(connection, services, analyses);
  addOutline(connection, services, analyses, { tasks, files });
  analyses.onAnalysed(() => {
    if (capabilities.workspace?.inlayHint?.refreshSupport) void connection.languages.inlayHint.refresh().catch(() => undefined);
  });
  const checkAgain = () => services.shared.lsp.DocumentUpdateHandler.checkAgain(analyses.all().map(({ uri }) => URI.parse(uri)));
  services.shared.lsp.DocumentUpdateHandler.onDataChanged(() => {
    files.forget();
    checkAgain();
  });
  connection.onNotification(trustGrantedNotification, () => {
    trust.grant();
    files.forget();
    checkAgain();
  });
  addHandlers(connection, services);
  connection.onInitialize((params) => {
    capabilities = params.capabilities;
    const { trusted = true } = (params.initializationOptions ?? {}) as InitializationOptions;
    trust.begin(trusted, foldersOf(params));
    return services.shared.lsp.LanguageServer.initialize(params);
  });
  connection.onInitialized((params) => services.shared.lsp.LanguageServer.initialized(params));
  services.shared.workspace.TextDocuments.listen(connection);
  connection.listen();
}

/** Paths of the workspace's folders. */
function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
  return uris.map((uri) => URI.parse(uri).fsPath);
}

/** Registers Langium's handlers except for publishing diagnostics, because the compiler contributes to them. */
function addHandlers(connection: Connection, { shared }: PretrainServerServices): void {
  const add = [
    addDocumentUpdateHandler,
    addCompletionHandler,
    addFindReferencesHandler,
    addDocumentSymbolHandler,
    addGotoDefinitionHandler,
    addDocumentHighlightHandler,
    addFoldingRangeHandler,
    addFormattingHandler,
    addCodeActionHandler,
    addRenameHandler,
    addHoverHandler,
    addInlayHintHandler,
    addSemanticTokenHandler,
    addDocumentLinkHandler,
    addConfigurationChangeHandler,
    addWorkspaceSymbolHandler,
  ];
  for (const addHandler of add) addHandler(connection, shared);
}
