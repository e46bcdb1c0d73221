import { type Block, type Declaration, type Entry, isBlock, isDeclaration, isList, isNamed, type Value } from "./generated/ast.ts";
import { keyText, nameOf, optionAt } from "./references/expected.ts";

/**
 * How `extends` merges. A declaration has layers: its own block, then that of the declaration which it extends, and so on.
 * The nearest layer that sets a key decides. Settings of an option (`adamw { … }`) and of a block (`split: { … }`) are
 * merged in their turn, so that an extending declaration differs in nothing but what it says: two runs that differ in
 * more than was meant are the mistake that this language exists to prevent. Lists and objectives are replaced whole.
 */
export function layersOf(declaration: Declaration): Block[] {
  return [declaration, ...ancestorsOf(declaration)].flatMap((each) => blockOf(each) ?? []);
}

/** The block in which the declaration's settings stand, if it has one. */
export function blockOf(declaration: Declaration): Block | undefined {
  return declaration.body ?? declaration.value?.body;
}

/** So many declarations may extend each other in a row: more are a mistake (see validation/inheritance.ts). */
export const mostAncestors = 32;

/** What the declaration extends, nearest first; a cycle ends where it closes. */
export function ancestorsOf(declaration: Declaration): Declaration[] {
  const ancestors: Declaration[] = [];
  let current = extendedBy(declaration);
  while (current && current !== declaration && ancestors.length <= mostAncestors && !ancestors.includes(current)) {
    ancestors.push(current);
    current = extendedBy(current);
  }
  return ancestors;
}

/** The declaration that this one extends, of its own kind. A comparison's `extends` names what it varies and merges nothing. */
export function extendedBy(declaration: Declaration): Declaration | undefined {
  const value = extendsEntry(declaration)?.value;
  const target = value && isNamed(value) ? value.target?.ref : undefined;
  return target && isDeclaration(target) && target.kind === declaration.kind ? target : undefined;
}

export function extendsEntry(declaration: Declaration): Entry | undefined {
  const block = blockOf(declaration);
  return block && entryOf(block, "extends");
}

/** The first entry that sets the key. */
export function entryOf(block: Block, key: string): Entry | undefined {
  return block.entries.find((entry) => entry.weight === undefined && keyText(entry) === key);
}

/** The values that the layers give to a key, nearest first. */
export function valuesOf(layers: readonly Block[], key: string): Value[] {
  return layers.flatMap((layer) => entryOf(layer, key)?.value ?? []);
}

/**
 * The layers of the settings inside the nearest of `values`: those of the same option, or of blocks, that stand behind it.
 * An objective in place stands for itself: its text is its name.
 */
export function layersIn(values: readonly Value[]): Block[] {
  const [nearest] = values;
  if (nearest === undefined) return [];
  if (isBlock(nearest)) return values.filter(isBlock);
  if (!isNamed(nearest)) return [];
  if (optionAt(nearest)?.family === "objective") return nearest.body ? [nearest.body] : [];
  const same = values.filter(isNamed).filter((value) => nameOf(value) === nameOf(nearest));
  return same.flatMap((value) => value.body ?? []);
}

/** What a mixture or a sequence is made of. */
export type Parts = { from: "shares"; entries: Entry[] } | { from: "of"; values: Value[] } | { from: "preset"; name: string };

/** Of the nearest layer that says it, in one of the three ways: shares add up, so they are replaced together. */
export function partsIn(layers: readonly Block[]): Parts {
  for (const layer of layers) {
    const entries = layer.entries.filter((entry) => entry.weight !== undefined);
    if (entries.length > 0) return { from: "shares", entries };
    const of = entryOf(layer, "of")?.value;
    if (of) return { from: "of", values: isList(of) ? of.items : [of] };
    const preset = entryOf(layer, "preset")?.value;
    if (preset && isNamed(preset)) return { from: "preset", name: nameOf(preset) };
  }
  return { from: "shares", entries: [] };
}

/** The parts that are written there. */
export function writtenParts(layers: readonly Block[]): Value[] {
  const parts = partsIn(layers);
  if (parts.from === "preset") return [];
  return parts.from === "of" ? parts.values : parts.entries.map(({ value }) => value);
}
