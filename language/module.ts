import {
  createDefaultCoreModule,
  createDefaultSharedCoreModule,
  type DefaultSharedCoreModuleContext,
  inject,
  type LangiumCoreServices,
  type LangiumSharedCoreServices,
  type Module,
  type PartialLangiumCoreServices,
} from "langium";
import { PretrainGeneratedModule, PretrainGeneratedSharedModule } from "./generated/module.ts";
import { PretrainLexer, PretrainTokenBuilder } from "./lexer.ts";
import { Defaults } from "./lower/defaults.ts";
import { dataFilesOnDisk, type ReferencedFiles } from "./referenced-files.ts";
import { type CatalogueNames, createCatalogueNames } from "./references/built-in.ts";
import { PretrainScopeProvider } from "./references/scope.ts";
import { PretrainLexerMessages, PretrainParserMessages } from "./syntax-messages.ts";
import { PretrainDocumentValidator } from "./validation/document-validator.ts";
import { registerRules } from "./validation/rules.ts";

/** Services that the language adds to Langium's. */
export interface PretrainAddedServices {
  references: { CatalogueNames: CatalogueNames };
  validation: { DataFiles: ReferencedFiles; DocumentValidator: PretrainDocumentValidator };
  lowering: { Defaults: Defaults };
}

export type PretrainServices = LangiumCoreServices & PretrainAddedServices;

/**
 * The language without editor features. The language server composes the same module with Langium's editor services, so that both use the
 * same scopes, problems and types.
 */
export const PretrainModule: Module<PretrainServices, PartialLangiumCoreServices & PretrainAddedServices> = {
  parser: {
    Lexer: (services) => new PretrainLexer(services),
    TokenBuilder: () => new PretrainTokenBuilder(),
    LexerErrorMessageProvider: () => new PretrainLexerMessages(),
    ParserErrorMessageProvider: () => new PretrainParserMessages(),
  },
  references: {
    CatalogueNames: (services) => createCatalogueNames(services.shared),
    ScopeProvider: (services) => new PretrainScopeProvider(services),
  },
  validation: {
    DataFiles: () => dataFilesOnDisk,
    DocumentValidator: (services) => new PretrainDocumentValidator(services),
  },
  lowering: {
    Defaults: (services) => new Defaults(services),
  },
};

/** Creates the services of the language for a program without an editor. */
export function createPretrainServices(context: DefaultSharedCoreModuleContext): {
  shared: LangiumSharedCoreServices;
  pretrain: PretrainServices;
} {
  const shared = inject(createDefaultSharedCoreModule(context), PretrainGeneratedSharedModule);
  const pretrain = inject(createDefaultCoreModule({ shared }), PretrainGeneratedModule, PretrainModule);
  shared.ServiceRegistry.register(pretrain);
  registerRules(pretrain);
  return { shared, pretrain };
}
