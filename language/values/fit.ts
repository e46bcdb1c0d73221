import type { ValueType } from "#runtime/contract/catalogue/index.ts";
import { isBlock, isList, isNamed, type Value } from "../generated/ast.ts";
import { type Expected, hasKeysOf, nameOf, optionNamed } from "../references/expected-value.ts";

/**
 * The type that a value's form fits: a branch of `either`, or the element type of a list for a single value. Undefined if no branch has
 * that form.
 */
export function fittingType(expected: Expected, value: Value): Expected | undefined {
  if (expected.type === "either") {
    const fitting = expected.of.flatMap((branch) => fittingType(branch, value) ?? []);
    if (isBlock(value)) return fitting.find((branch) => branch.type === "block" && hasKeysOf(branch, value)) ?? fitting[0];
    // If several branches take a name, use the one that knows this name; else the last, which refers to declarations.
    return fitting.find((branch) => isNamed(value) && optionNamed(branch, nameOf(value))) ?? fitting.at(-1);
  }
  if (expected.type === "list") return isList(value) ? expected : fittingType(expected.of, value);
  return forms[expected.type].includes(value.$type) ? expected : undefined;
}

const amount = ["Quantity"];
const name = ["Named"];

const forms: Readonly<Record<Exclude<ValueType["type"], "list" | "either"> | "cell", readonly string[]>> = {
  count: amount,
  number: amount,
  share: amount,
  quantity: amount,
  boolean: name,
  choice: name,
  text: ["Named", "Text"],
  path: ["Text"],
  reference: name,
  objective: name,
  option: ["Named", "Last"],
  block: ["Block"],
  seeds: ["Range", "Quantity", "List"],
  schedule: ["Schedule"],
  expectation: ["Expectation"],
  varied: [],
  cell: ["Named", "Quantity"],
};
