import { type AstNodeDescription, AstUtils, EMPTY_SCOPE, MapScope, type ReferenceInfo, type Scope, type ScopeProvider } from "langium";
import { catalogue, optionsOf } from "#runtime/contract/catalogue/index.ts";
import { isExpectation, isNamed } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import { alternativesOf, type Expected, expectedOf } from "./expected.ts";
import { declarationsSeenFrom } from "./imports.ts";

/**
 * What a name may refer to, by what its place accepts: declarations of this file and of those that it imports, options and
 * choices of the catalogue. Completion, hover, renaming and "did you mean" read the same scope.
 */
export class PretrainScopeProvider implements ScopeProvider {
  private readonly services: PretrainServices;

  constructor(services: PretrainServices) {
    this.services = services;
  }

  getScope({ container, property }: ReferenceInfo): Scope {
    if (isNamed(container)) {
      const expected = expectedOf(container);
      if (!expected) return EMPTY_SCOPE;
      // Of two with one name the first counts; a map keeps the last.
      return new MapScope(
        alternativesOf(expected)
          .flatMap((type) => this.namesFor(type, container))
          .reverse(),
      );
    }
    if (isExpectation(container)) {
      const names =
        property === "metric" ? this.catalogueNames(catalogue.metrics) : this.declarations(container, ["task", "corpus"]).reverse();
      return new MapScope(names);
    }
    return EMPTY_SCOPE;
  }

  private namesFor(type: Expected, at: Parameters<typeof expectedOf>[0]): AstNodeDescription[] {
    switch (type.type) {
      case "choice":
        return this.catalogueNames(type.of);
      case "option":
        return this.catalogueNames(optionsOf(type.family));
      case "objective":
        return [...this.declarations(at, ["objective", "task"]), ...this.catalogueNames(optionsOf("objective"))];
      case "reference":
        return this.declarations(at, type.to);
      case "cell":
        return [
          ...this.declarations(at, ["objective", "task", "model", "corpus", "tokenizer"]),
          ...this.catalogueNames([...optionsOf("objective"), ...optionsOf("baseline")]),
        ];
      default:
        return [];
    }
  }

  private declarations(at: Parameters<typeof AstUtils.getDocument>[0], kinds: readonly string[]): AstNodeDescription[] {
    const { shared, workspace } = this.services;
    return declarationsSeenFrom(AstUtils.getDocument(at), shared.workspace.LangiumDocuments)
      .filter((declaration) => kinds.includes(declaration.kind))
      .map((declaration) => workspace.AstNodeDescriptionProvider.createDescription(declaration, declaration.name));
  }

  private catalogueNames(
    entries: readonly Parameters<PretrainServices["references"]["CatalogueNames"]["describe"]>[0][],
  ): AstNodeDescription[] {
    return entries.map((entry) => this.services.references.CatalogueNames.describe(entry));
  }
}
