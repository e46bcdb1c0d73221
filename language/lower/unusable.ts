import { type Block, type Declaration, isDeclaration, isNamed, type Value } from "../generated/ast.ts";
import { layersOf } from "../setting-layers.ts";

/** The declarations that cannot be used: those with errors, and those that refer to one of them other than as a value to vary. */
export function unusable(declarations: readonly Declaration[], withErrors: ReadonlySet<Declaration>): Set<Declaration> {
  const left = new Set(withErrors);
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const declaration of declarations) {
      if (layersOf(declaration).some((layer) => blockRefersTo(layer, left)) || valueIsLeftOut(declaration, left)) left.add(declaration);
    }
  }
  return left;
}

function valueIsLeftOut({ value }: Declaration, left: ReadonlySet<Declaration>): boolean {
  return value !== undefined && refersTo(value, left);
}

function blockRefersTo(block: Block, left: ReadonlySet<Declaration>): boolean {
  return block.entries.some((entry) => entry.key[0] !== "vary" && entry.key[0] !== "with" && entry.value && refersTo(entry.value, left));
}

/** Whether the value, or anything inside it, names one of these declarations. */
export function refersTo(value: Value, left: ReadonlySet<Declaration>): boolean {
  if (isNamed(value)) {
    const target = value.target?.ref;
    return (isDeclaration(target) && left.has(target)) || (value.body !== undefined && blockRefersTo(value.body, left));
  }
  if (value.$type === "List") return value.items.some((item) => refersTo(item, left));
  return value.$type === "Block" && blockRefersTo(value, left);
}
