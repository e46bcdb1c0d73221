import {
  type AstNode,
  type AstNodeDescription,
  AstUtils,
  DocumentState,
  EMPTY_SCOPE,
  type LangiumDocument,
  type ReferenceInfo,
  type Scope,
  type ScopeProvider,
  type Stream,
  stream,
  WorkspaceCache,
} from "langium";
import { catalogue, optionsOf } from "#runtime/contract/catalogue/index.ts";
import { isExpectation, isNamed } from "../generated/ast.ts";
import type { PretrainServices } from "../module.ts";
import { alternativesOf, type Expected, expectedOf } from "./expected-value.ts";
import { declarationsSeenFrom } from "./resolve-imports.ts";

/**
 * The names that a reference may resolve to, by what its place accepts: declarations of this file and its imports, options and choices of
 * the catalogue. Completion, hover, renaming and "did you mean" use the same scope.
 */
export class PretrainScopeProvider implements ScopeProvider {
  private readonly services: PretrainServices;
  /** For each document, the declarations it sees by kind. Cached, because every name asks for them. */
  private readonly seen: WorkspaceCache<string, ReadonlyMap<string, Names>>;

  constructor(services: PretrainServices) {
    this.services = services;
    this.seen = new WorkspaceCache(services.shared, DocumentState.ComputedScopes);
  }

  getScope({ container, property }: ReferenceInfo): Scope {
    if (isNamed(container)) {
      const expected = expectedOf(container);
      return expected ? new NamesScope(alternativesOf(expected).flatMap((type) => this.namesFor(type, container))) : EMPTY_SCOPE;
    }
    if (isExpectation(container)) {
      return new NamesScope(
        property === "metric" ? [this.catalogueNames(catalogue.metrics)] : this.declarations(container, ["task", "corpus"]),
      );
    }
    return EMPTY_SCOPE;
  }

  private namesFor(type: Expected, at: AstNode): Names[] {
    switch (type.type) {
      case "choice":
        return [this.catalogueNames(type.of)];
      case "option":
        return [this.catalogueNames(optionsOf(type.family))];
      case "objective":
        return [...this.declarations(at, ["objective", "task"]), this.catalogueNames(optionsOf("objective"))];
      case "reference":
        return this.declarations(at, type.to);
      case "cell":
        return [
          ...this.declarations(at, ["objective", "task", "model", "corpus", "tokenizer", "pretrain"]),
          this.catalogueNames([...optionsOf("objective"), ...optionsOf("baseline")]),
        ];
      default:
        return [];
    }
  }

  private declarations(at: AstNode, kinds: readonly string[]): Names[] {
    const document = AstUtils.getDocument(at);
    const byKind = this.seen.get(document.uri.toString(), () => this.declarationsByKind(document));
    return kinds.flatMap((kind) => byKind.get(kind) ?? []);
  }

  private declarationsByKind(document: LangiumDocument): ReadonlyMap<string, Names> {
    const { shared, workspace } = this.services;
    const byKind = new Map<string, Map<string, AstNodeDescription>>();
    for (const declaration of declarationsSeenFrom(document, shared.workspace.LangiumDocuments)) {
      const names = byKind.get(declaration.kind) ?? new Map<string, AstNodeDescription>();
      byKind.set(declaration.kind, names);
      const { name } = declaration;
      // If two have the same name, the first counts.
      if (!names.has(name)) names.set(name, workspace.AstNodeDescriptionProvider.createDescription(declaration, name));
    }
    return byKind;
  }

  private catalogueNames(entries: readonly Parameters<PretrainServices["references"]["CatalogueNames"]["describe"]>[0][]): Names {
    return new Map(entries.map((entry) => [entry.name, this.services.references.CatalogueNames.describe(entry)]));
  }
}

type Names = ReadonlyMap<string, AstNodeDescription>;

/** Looks up names; if several are equal, the first counts. */
class NamesScope implements Scope {
  private readonly names: readonly Names[];

  constructor(names: readonly Names[]) {
    this.names = names;
  }

  getElement(name: string): AstNodeDescription | undefined {
    return this.names.find((each) => each.has(name))?.get(name);
  }

  getElements(name: string): Stream<AstNodeDescription> {
    return stream(this.names.flatMap((each) => each.get(name) ?? []));
  }

  getAllElements(): Stream<AstNodeDescription> {
    return stream(this.names.flatMap((each) => [...each.values()]));
  }
}
