import { inject, type Module, type PartialLangiumSharedCoreServices } from "langium";
import {
  createDefaultModule,
  createDefaultSharedModule,
  type DefaultSharedModuleContext,
  type LangiumServices,
  type LangiumSharedServices,
  type PartialLangiumServices,
} from "langium/lsp";
import type { DataFiles } from "#language/files.ts";
import { PretrainGeneratedModule, PretrainGeneratedSharedModule } from "#language/generated/module.ts";
import { type PretrainAddedServices, PretrainModule } from "#language/module.ts";
import { registerRules } from "#language/validation/rules.ts";
import { PretrainDocumentBuilder } from "./workspace/document-builder.ts";
import { PretrainDocumentUpdates } from "./workspace/document-updates.ts";

export type PretrainLanguageServices = LangiumServices & PretrainAddedServices;

export interface PretrainSharedServices extends LangiumSharedServices {
  lsp: LangiumSharedServices["lsp"] & { DocumentUpdateHandler: PretrainDocumentUpdates };
}

export interface PretrainServerServices {
  shared: PretrainSharedServices;
  pretrain: PretrainLanguageServices;
}

const sharedModule: Module<
  PretrainSharedServices,
  PartialLangiumSharedCoreServices & { lsp: Pick<PretrainSharedServices["lsp"], "DocumentUpdateHandler"> }
> = {
  lsp: {
    DocumentUpdateHandler: (services) => new PretrainDocumentUpdates(services),
  },
  workspace: {
    DocumentBuilder: (services) => new PretrainDocumentBuilder(services),
  },
};

/** The language as in language/module.ts, with Langium's services for editors and what is said better here. */
export function createServerServices(context: DefaultSharedModuleContext, dataFiles: DataFiles): PretrainServerServices {
  const shared = inject(createDefaultSharedModule(context), PretrainGeneratedSharedModule, sharedModule);
  const editorModule: Module<PretrainLanguageServices, PartialLangiumServices & { validation: { DataFiles: DataFiles } }> = {
    validation: { DataFiles: () => dataFiles },
  };
  const pretrain = inject(createDefaultModule({ shared }), PretrainGeneratedModule, PretrainModule, editorModule);
  shared.ServiceRegistry.register(pretrain);
  registerRules(pretrain);
  return { shared, pretrain };
}
