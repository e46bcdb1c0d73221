import { inject, type Module, type PartialLangiumSharedCoreServices } from "langium";
import {
  createDefaultModule,
  createDefaultSharedModule,
  type LangiumServices,
  type LangiumSharedServices,
  type PartialLangiumServices,
} from "langium/lsp";

import type { Connection } from "vscode-languageserver";
import { PretrainGeneratedModule, PretrainGeneratedSharedModule } from "#language/generated/module.ts";
import { type PretrainAddedServices, PretrainModule } from "#language/module.ts";
import type { ReferencedFiles } from "#language/referenced-files.ts";
import { registerRules } from "#language/validation/rules.ts";
import type { Analyses } from "./analysis/analyses.ts";
import type { WatchedFiles } from "./compile/watched-files.ts";
import { PretrainCompletion } from "./completion/completion.ts";
import { PretrainLinks } from "./features/document-links.ts";
import { PretrainFormatter } from "./features/formatter.ts";
import { PretrainHover } from "./features/hover.ts";
import { PretrainInlayHints } from "./features/inlay-hints.ts";
import { PretrainDefinitions, PretrainFolding, PretrainRename } from "./features/navigation.ts";
import { PretrainQuickFixes } from "./features/quick-fixes.ts";
import { PretrainSemanticTokens } from "./features/semantic-tokens.ts";
import { PretrainDocumentSymbols, PretrainNodeKinds } from "./features/symbols.ts";
import { PretrainDocumentBuilder } from "./workspace/document-builder.ts";
import { PretrainDocumentUpdates } from "./workspace/document-updates.ts";
import { ReadableTexts } from "./workspace/readable-texts.ts";
import { PretrainWorkspaceFiles } from "./workspace/workspace-files.ts";
import type { Trust } from "./workspace/workspace-trust.ts";

export type PretrainLanguageServices = LangiumServices & PretrainAddedServices;

export interface PretrainSharedServices extends LangiumSharedServices {
  lsp: LangiumSharedServices["lsp"] & { DocumentUpdateHandler: PretrainDocumentUpdates };
  workspace: LangiumSharedServices["workspace"] & { WorkspaceManager: PretrainWorkspaceFiles };
}

export interface PretrainServerServices {
  shared: PretrainSharedServices;
  pretrain: PretrainLanguageServices;
}

const sharedModule: Module<
  PretrainSharedServices,
  PartialLangiumSharedCoreServices & {
    lsp: Pick<PretrainSharedServices["lsp"], "DocumentUpdateHandler" | "NodeKindProvider">;
    workspace: Pick<PretrainSharedServices["workspace"], "DocumentBuilder" | "WorkspaceManager">;
  }
> = {
  lsp: {
    DocumentUpdateHandler: (services) => new PretrainDocumentUpdates(services),
    NodeKindProvider: () => new PretrainNodeKinds(),
  },
  workspace: {
    DocumentBuilder: (services) => new PretrainDocumentBuilder(services),
    WorkspaceManager: (services) => new PretrainWorkspaceFiles(services),
  },
};

export interface ServerContext {
  connection: Connection;
  files: WatchedFiles;
  trust: Trust;
  analyses(): Analyses;
  /** Whether the editor supports snippets. Known after its `initialize` request. */
  snippets(): boolean;
}

/** Composes the language of language/module.ts with Langium's editor services and the overrides of this folder. */
export function createServerServices({ connection, files, trust, analyses, snippets }: ServerContext): PretrainServerServices {
  const shared = inject(
    createDefaultSharedModule({ connection, fileSystemProvider: () => new ReadableTexts(trust) }),
    PretrainGeneratedSharedModule,
    sharedModule,
  );
  const editorModule: Module<PretrainLanguageServices, PartialLangiumServices & { validation: { DataFiles: ReferencedFiles } }> = {
    validation: { DataFiles: () => files },
    lsp: {
      CodeActionProvider: () => new PretrainQuickFixes(),
      CompletionProvider: (services) => new PretrainCompletion(services, snippets, (folder) => trust.mayRead(folder)),
      DefinitionProvider: (services) => new PretrainDefinitions(services),
      DocumentLinkProvider: () => new PretrainLinks(files),
      DocumentSymbolProvider: () => new PretrainDocumentSymbols(),
      FoldingRangeProvider: (services) => new PretrainFolding(services),
      Formatter: () => new PretrainFormatter(),
      HoverProvider: (services) => new PretrainHover(services),
      InlayHintProvider: () => new PretrainInlayHints(analyses),
      RenameProvider: (services) => new PretrainRename(services),
      SemanticTokenProvider: (services) => new PretrainSemanticTokens(services),
    },
  };
  const pretrain = inject(createDefaultModule({ shared }), PretrainGeneratedModule, PretrainModule, editorModule);
  shared.ServiceRegistry.register(pretrain);
  registerRules(pretrain);
  return { shared, pretrain };
}
