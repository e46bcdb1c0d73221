import type { AstNodeDescription, LangiumDocument, LangiumSharedCoreServices } from "langium";
import { URI } from "langium";
import { type Choice, catalogue, type Metric, type Option, type ValueType } from "#runtime/contract/catalogue/index.ts";
import { BuiltIn, CatalogueName } from "../generated/ast.ts";

/** The catalogue entry that a name refers to. */
export type CatalogueEntry = { is: "option"; option: Option } | { is: "choice"; choice: Choice } | { is: "metric"; metric: Metric };

/** The catalogue's names as nodes of a virtual document, so that references resolve to them as they do to declarations. */
export interface CatalogueNames {
  document: LangiumDocument;
  /** The node for an option, a choice or a metric of the catalogue. */
  describe(entry: Option | Choice | Metric): AstNodeDescription;
  /** The catalogue entry of a node, for hover. */
  entryOf(node: CatalogueName): CatalogueEntry;
}

const uri = URI.parse("built-in:///catalogue.pretrain");

export function createCatalogueNames(shared: LangiumSharedCoreServices): CatalogueNames {
  const entries = entriesOfCatalogue();
  const root: BuiltIn = { $type: BuiltIn.$type, names: [] };
  const entryOfNode = new Map<CatalogueName, CatalogueEntry>();
  const descriptions = new Map<object, AstNodeDescription>();
  for (const [index, entry] of entries.entries()) {
    const object = objectOf(entry);
    const node: CatalogueName = {
      $type: CatalogueName.$type,
      $container: root,
      $containerProperty: BuiltIn.names,
      $containerIndex: index,
      name: object.name,
    };
    root.names.push(node);
    entryOfNode.set(node, entry);
    descriptions.set(object, { node, name: object.name, type: node.$type, documentUri: uri, path: `/names@${index}` });
  }
  const document = shared.workspace.LangiumDocumentFactory.fromModel(root, uri);
  return { document, describe: (entry) => descriptions.get(entry)!, entryOf: (node) => entryOfNode.get(node)! };
}

function entriesOfCatalogue(): CatalogueEntry[] {
  const keys = [...catalogue.declarations, ...catalogue.options].flatMap((each) => each.keys);
  const choices = new Set(keys.flatMap((key) => choicesIn(key.value)));
  return [
    ...catalogue.options.map((option): CatalogueEntry => ({ is: "option", option })),
    ...[...choices].map((choice): CatalogueEntry => ({ is: "choice", choice })),
    ...catalogue.metrics.map((metric): CatalogueEntry => ({ is: "metric", metric })),
  ];
}

function choicesIn(type: ValueType): readonly Choice[] {
  if (type.type === "choice") return type.of;
  if (type.type === "list") return choicesIn(type.of);
  if (type.type === "either") return type.of.flatMap(choicesIn);
  if (type.type === "block") return type.keys.flatMap((key) => choicesIn(key.value));
  return [];
}

function objectOf(entry: CatalogueEntry): Option | Choice | Metric {
  if (entry.is === "option") return entry.option;
  return entry.is === "choice" ? entry.choice : entry.metric;
}
