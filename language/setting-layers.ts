import { type Block, type Declaration, type Entry, isBlock, isDeclaration, isList, isNamed, type Value } from "./generated/ast.ts";
import { keyText, nameOf, optionAt } from "./references/expected-value.ts";

/**
 * How `extends` merges. A declaration has layers: its own block, then the block of the declaration it extends, and so on. The nearest layer
 * that sets a key decides. Settings of an option (`adamw { … }`) and of a block (`split: { … }`) are merged key by key, so that an
 * extending declaration differs only in what it says: two runs that differ in more than was intended are the mistake that this language
 * exists to prevent. Lists and objectives are replaced as a whole.
 */
export function layersOf(declaration: Declaration): Block[] {
  return [declaration, ...ancestorsOf(declaration)].flatMap((each) => blockOf(each) ?? []);
}

/** The block with the declaration's settings, if it has one. */
export function blockOf(declaration: Declaration): Block | undefined {
  return declaration.body ?? declaration.value?.body;
}

/** Maximum length of a chain of `extends`; a longer one is an error (see validation/inheritance.ts). */
export const maxAncestors = 32;

/** The declarations that this one extends, nearest first. A cycle is followed once. */
export function ancestorsOf(declaration: Declaration): Declaration[] {
  const ancestors: Declaration[] = [];
  let current = extendedBy(declaration);
  while (current && current !== declaration && ancestors.length <= maxAncestors && !ancestors.includes(current)) {
    ancestors.push(current);
    current = extendedBy(current);
  }
  return ancestors;
}

/**
 * The declaration of the same kind that this one extends. A comparison's `extends` names the pre-training that it varies and merges
 * nothing.
 */
export function extendedBy(declaration: Declaration): Declaration | undefined {
  const value = extendsEntry(declaration)?.value;
  const target = value && isNamed(value) ? value.target?.ref : undefined;
  return target && isDeclaration(target) && target.kind === declaration.kind ? target : undefined;
}

export function extendsEntry(declaration: Declaration): Entry | undefined {
  const block = blockOf(declaration);
  return block && entryOf(block, "extends");
}

/** The first entry of the block that sets the key. */
export function entryOf(block: Block, key: string): Entry | undefined {
  return block.entries.find((entry) => entry.weight === undefined && keyText(entry) === key);
}

/** The values that the layers set for a key, nearest first. */
export function settingValues(layers: readonly Block[], key: string): Value[] {
  return layers.flatMap((layer) => entryOf(layer, key)?.value ?? []);
}

/**
 * The layers of the settings inside the nearest of `values`: its own block and those of the values after it that are the same option, or
 * blocks too. An objective written in place has its own layer only, because its text is its name.
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

/** The parts of a mixture or a sequence, by how they are written. */
export type Parts = { from: "shares"; entries: Entry[] } | { from: "of"; values: Value[] } | { from: "preset"; name: string };

/** The parts from the nearest layer that has any, in one of the three ways. Shares add up, so they are replaced together. */
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

/** The parts that are written out as values. */
export function writtenParts(layers: readonly Block[]): Value[] {
  const parts = partsIn(layers);
  if (parts.from === "preset") return [];
  return parts.from === "of" ? parts.values : parts.entries.map(({ value }) => value);
}
