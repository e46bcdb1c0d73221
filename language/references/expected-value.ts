import type { DeclarationKind, Option } from "#runtime/contract/catalogue/index.ts";
import {
  catalogue,
  declarationOf,
  extendsKey,
  type Key,
  optionOf,
  optionsOf,
  pretrainKeys,
  type ValueType,
} from "#runtime/contract/catalogue/index.ts";
import { optimizerKeys } from "#runtime/contract/catalogue/optimizers.ts";
import { omittedKeys } from "#runtime/contract/catalogue/token-loss.ts";
import type { VariedKey } from "#runtime/contract/spec.ts";
import {
  type Block,
  type Entry,
  isBlock,
  isDeclaration,
  isEntry,
  isExpectation,
  isList,
  isNamed,
  type Named,
  type Value,
} from "../generated/ast.ts";

/** What a value may be: a type of the catalogue, or one cell of the enclosing comparison. */
export type Expected = ValueType | { type: "cell" };

/** The keys and entries that a block may contain. */
export interface Shape {
  /** The name used in messages: `corpus`, `masked`, `split`. */
  name: string;
  keys: readonly Key[];
  /** Whether the block has entries of the form `50%: name`. */
  weighted: boolean;
}

/** The type that the catalogue expects for `value`; undefined if the enclosing text has no place in the catalogue. */
export function expectedOf(value: Value): Expected | undefined {
  const container = value.$container;
  if (isDeclaration(container)) {
    const family = container.kind && container.value === value ? declarationOf(container.kind).family : undefined;
    return family && { type: "option", family };
  }
  if (isEntry(container)) return expectedInEntry(container);
  if (isExpectation(container)) return { type: "cell" };
  if (isList(container)) {
    const list = expectedOf(container);
    if (list === undefined || list.type === "cell") return undefined;
    return elementOf(list);
  }
  return undefined;
}

/** The keys that the block may contain; undefined if no block belongs here. */
export function shapeOf(block: Block): Shape | undefined {
  const container = block.$container;
  if (isDeclaration(container)) {
    const declaration = container.kind && declarationOf(container.kind);
    if (!declaration || declaration.family) return undefined;
    return shapeOfDeclaration(container.kind);
  }
  if (isNamed(container)) {
    const option = optionAt(container);
    return option && shapeOfOption(option, isDeclaration(container.$container) ? container.$container.kind : undefined);
  }
  const expected = expectedOf(block);
  const blocks = expected ? alternativesOf(expected).filter((alternative) => alternative.type === "block") : [];
  const type = blocks.find((each) => hasKeysOf(each, block)) ?? blocks[0];
  return type && { name: nameOfPlace(block), keys: type.keys, weighted: false };
}

/** Whether the block's keys belong to this type. If a place accepts several kinds of blocks, the keys tell which is meant. */
export function hasKeysOf(type: Extract<ValueType, { type: "block" }>, block: Block): boolean {
  return block.entries.some((entry) => type.keys.some(({ name }) => name === keyText(entry)));
}

/** The catalogue's key that the entry sets. For `vary objective`, its type is the values that may be tried. */
export function keyOf(entry: Entry): Key | undefined {
  const shape = isBlock(entry.$container) ? shapeOf(entry.$container) : undefined;
  return shape && keyIn(shape, keyText(entry));
}

export function keyIn(shape: Shape, name: string): Key | undefined {
  const key = shape.keys.find((each) => each.name === name);
  if (key) return key.value.type === "varied" ? undefined : key;
  const [varying, ...words] = name.split(" ");
  const varied = shape.keys.find((each) => each.value.type === "varied" && each.name === varying);
  const type = variedType(words.join(" "));
  return varied && type && { ...varied, name, value: { type: "list", of: type, atLeast: 1 } };
}

/** The key as written, with single spaces between its words. */
export function keyText(entry: Entry): string {
  return entry.key.join(" ");
}

/** The option of the catalogue that `named` refers to, with or without settings. */
export function optionAt(named: Named): Option | undefined {
  const expected = expectedOf(named);
  return expected && optionNamed(expected, nameOf(named));
}

export function optionNamed(expected: Expected, name: string): Option | undefined {
  for (const type of alternativesOf(expected)) {
    const family = type.type === "option" ? type.family : type.type === "objective" ? "objective" : undefined;
    const option = family && optionOf(family, name);
    if (option) return option;
  }
  return undefined;
}

/** The name as written; empty if the text is incomplete. */
export function nameOf(named: Named): string {
  return named.target?.$refText ?? "";
}

/**
 * Every type that a single value may have: the branches of `either`, and the element type of a list, because a single value counts as a
 * list of one.
 */
export function alternativesOf(expected: Expected): Expected[] {
  if (expected.type === "either") return expected.of.flatMap(alternativesOf);
  if (expected.type === "list") return alternativesOf(expected.of);
  return [expected];
}

/** The keys of a pre-training that a comparison may vary. */
export const variedKeys: readonly VariedKey[] = [
  "model",
  "objective",
  "corpus",
  "tokenizer",
  "batch",
  "budget",
  ...optimizerKeys,
  ...omittedKeys,
];

export function variedType(name: string): ValueType | undefined {
  if (!(variedKeys as readonly string[]).includes(name)) return undefined;
  return (
    pretrainKeys.find((key) => key.name === name)?.value ??
    optionsOf("optimizer")
      .flatMap((option) => option.keys)
      .find((key) => key.name === name)?.value
  );
}

/** The shape of a declaration written as `kind name { … }`. */
export function shapeOfDeclaration(kind: DeclarationKind): Shape {
  return shapesOfDeclarations[kind];
}

export function shapeOfOption(option: Option, declared?: DeclarationKind): Shape {
  const keys = declared ? [...shapesOfDeclarations[declared].keys.slice(0, 1), ...option.keys] : option.keys;
  return { name: option.name, keys, weighted: option.weighted ?? false };
}

/** Computed once, because it is needed at every entry. */
const shapesOfDeclarations = Object.fromEntries(
  catalogue.declarations.map(({ kind, keys }) => [kind, { name: kind, keys: [extendsKey(kind), ...keys], weighted: false }]),
) as unknown as Readonly<Record<DeclarationKind, Shape>>;

function expectedInEntry(entry: Entry): Expected | undefined {
  if (entry.weight === undefined) return keyOf(entry)?.value;
  return isBlock(entry.$container) && shapeOf(entry.$container)?.weighted ? { type: "objective" } : undefined;
}

function elementOf(type: ValueType): ValueType | undefined {
  if (type.type === "list") return type.of;
  if (type.type === "seeds") return { type: "count", min: 0, max: 4294967295 };
  if (type.type === "either") return type.of.map(elementOf).find((element) => element !== undefined);
  return undefined;
}

function nameOfPlace(block: Block): string {
  const container = block.$container;
  if (isEntry(container)) return keyText(container);
  return isList(container) && isEntry(container.$container) ? keyText(container.$container) : "block";
}
