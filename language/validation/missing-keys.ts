import { AstUtils } from "langium";
import { declarationOf, type Key } from "#runtime/contract/catalogue/index.ts";
import { type Block, type Declaration, isDeclaration, isList, isNamed, type Value } from "../generated/ast.ts";
import { optionAt, type Shape, shapeOf, shapeOfDeclaration as shapeOfKind, shapeOfOption } from "../references/expected-value.ts";
import { blockOf, extendedBy, extendsEntry, layersIn, layersOf, partsIn, settingValues } from "../setting-layers.ts";
import { rangeOfName, rangeOfValue } from "../text-ranges.ts";
import { isIncomplete, type RuleFamily } from "./report-finding.ts";

/** Required keys are set, either directly or by inheritance. */
export const missing: RuleFamily = (services) => ({
  Declaration(declaration, report) {
    const shape = shapeOfDeclaration(declaration);
    const inheritsUnknown = declaration.kind !== "compare" && extendsEntry(declaration) && !extendedBy(declaration);
    if (!shape || inheritsUnknown) return;
    const silent = isIncomplete(AstUtils.getDocument(declaration), services);
    check(layersOf(declaration), shape, undefined);

    function check(layers: readonly Block[], { keys, name, weighted }: Shape, at: Value | undefined): void {
      for (const key of keys) {
        const values = given(layers, key);
        if (values.length === 0 && key.required && !comesWithModel(key, layers) && !exists(declaration, key, layers)) {
          const message = `${name} needs ${key.name}: ${lowered(key.help)}${key.example ? ` For example: ${key.example}` : ""}`;
          report(at ?? declaration, at ? rangeOfValue(at) : rangeOfName(declaration), { code: "missing-key", message, silent });
        }
        for (const value of values.slice(0, key.value.type === "varied" ? undefined : 1)) checkValue(value, values);
      }
      const parts = weighted ? partsIn(layers) : undefined;
      if (parts?.from === "shares") for (const { value } of parts.entries) checkValue(value, [value]);
    }

    function checkValue(value: Value, values: readonly Value[]): void {
      // Inherited values are reported where they are written.
      if (AstUtils.getContainerOfType(value, isDeclaration) !== declaration) return;
      if (isList(value)) {
        for (const item of value.items) checkValue(item, [item]);
        return;
      }
      const inside = insideOf(value);
      if (inside) check(layersIn(values), inside, value);
    }
  },
});

function shapeOfDeclaration(declaration: Declaration): Shape | undefined {
  if (!declaration.kind) return undefined;
  if (declaration.value) {
    const option = optionAt(declaration.value);
    return option && shapeOfOption(option, declaration.kind);
  }
  const block = blockOf(declaration);
  if (!block || declarationOf(declaration.kind).family) return undefined;
  return shapeOfKind(declaration.kind);
}

function given(layers: readonly Block[], key: Key): Value[] {
  if (key.value.type !== "varied") return settingValues(layers, key.name);
  return layers.flatMap((layer) => layer.entries.filter((entry) => entry.key[0] === key.name).map((entry) => entry.value));
}

function insideOf(value: Value): Shape | undefined {
  if (value.$type === "Block") return shapeOf(value);
  if (!isNamed(value) || isDeclaration(value.target?.ref)) return undefined;
  const option = optionAt(value);
  return option && shapeOfOption(option);
}

/** A model from a checkpoint brings its own tokenizer. */
function comesWithModel(key: Key, layers: readonly Block[]): boolean {
  const [model] = key.name === "tokenizer" ? settingValues(layers, "model") : [];
  const target = model && isNamed(model) ? model.target?.ref : undefined;
  return (
    target !== undefined && isDeclaration(target) && target.kind === "model" && settingValues(layersOf(target), "checkpoint").length > 0
  );
}

/** An existing tokenizer is already trained, and a data set of the hub has its own files. */
function exists({ kind }: Declaration, { name }: Key, layers: readonly Block[]): boolean {
  if (kind === "corpus") return name === "files" && settingValues(layers, "hub").length > 0;
  return kind === "tokenizer" && (name === "kind" || name === "train on") && settingValues(layers, "file").length > 0;
}

function lowered(help: string): string {
  return help.charAt(0).toLowerCase() + help.slice(1);
}
