import type { ValueType } from "#runtime/contract/catalogue/index.ts";
import type { Value } from "../generated/ast.ts";
import { type Expected, variedKeys } from "../references/expected-value.ts";

/** Describes what a type accepts, as it follows "expected" in a message: `a whole number from 1 to 200`. */
export function describeType(type: Expected): string {
  switch (type.type) {
    case "count":
      return `a whole number${range(type.min, type.max)}${type.unit ? ` (${type.unit})` : ""}`;
    case "number":
      return `a number${bounds(type)}`;
    case "share":
      return `a share such as 15%${bounds(type, percent)}`;
    case "quantity":
      return describeQuantity(type);
    case "boolean":
      return "true or false";
    case "choice":
      return alternatives(type.of.map((choice) => choice.name));
    case "text":
      return "a name or a text in quotes";
    case "path":
      return `${type.glob ? "a file or pattern" : "a file"} in quotes`;
    case "reference":
      return `the name of ${/^[aeiou]/.test(type.to[0] ?? "") ? "an" : "a"} ${alternatives(type.to)}`;
    case "objective":
      return "an objective or a task";
    case "option":
      return familyNames[type.family];
    case "list":
      return `a list whose elements are each ${describeType(type.of)}`;
    case "block":
      return `settings: { ${type.keys.map((key) => key.name).join(", ")} }`;
    case "seeds":
      return "seeds such as 1..5, [1, 2, 7] or 3";
    case "either":
      return alternatives(type.of.map(describeType));
    case "schedule":
      return type.keeps ? "a schedule such as every 500 steps, keep 2" : "a schedule such as every 500 steps";
    case "expectation":
      return "an expectation such as mlm > clm on sentiment.accuracy";
    case "varied":
      return `a list of values for ${alternatives(variedKeys)}`;
    case "cell":
      return "one of the varied values or a baseline";
  }
}

/** Describes a value, as it follows "found" in a message: `the text "x"`. */
export function describeValue(value: Value): string {
  switch (value.$type) {
    case "Text":
      return `the text "${value.text}"`;
    case "Quantity":
      return value.amount;
    case "Named":
      return value.target?.$refText ?? "a name";
    case "List":
      return "a list";
    case "Block":
      return "a block { … }";
    case "Range":
      return `the range ${value.from}..${value.to}`;
    case "Schedule":
      return "a schedule";
    case "Last":
      return `last ${value.amount}`;
    case "Expectation":
      return "an expectation";
  }
}

/** Joins words: `a`, `a or b`, `a, b or c`. */
export function alternatives(words: readonly string[], last = "or"): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

const familyNames = {
  objective: "an objective of the catalogue",
  task: "a kind of task",
  optimizer: "an optimizer such as adamw",
  answered: "the way a task is answered: head or text",
  trained: "the weights to train: all, head, last n layers or lora",
  baseline: "a baseline: scratch or majority",
  from: "scratch { like: … }",
} as const;

function describeQuantity({ units, later }: Extract<ValueType, { type: "quantity" }>): string {
  const present = units.filter((unit) => later?.[unit] === undefined);
  return `an amount in ${alternatives(present.map((unit) => (unit === "share" ? "%" : unit)))}`;
}

type Bounds = { min?: number; max?: number; aboveMin?: boolean; belowMax?: boolean };

function bounds({ min, max, aboveMin, belowMax }: Bounds, show: (value: number) => string = String): string {
  if (!aboveMin && !belowMax) return range(min, max, show);
  const low = min === undefined ? "" : aboveMin ? `above ${show(min)}` : `from ${show(min)}`;
  const high = max === undefined ? "" : belowMax ? `below ${show(max)}` : `up to ${show(max)}`;
  return ` ${[low, high].filter((part) => part !== "").join(" and ")}`;
}

function range(min?: number, max?: number, show: (value: number) => string = String): string {
  if (min !== undefined && max !== undefined) return ` from ${show(min)} to ${show(max)}`;
  if (min !== undefined) return ` of at least ${show(min)}`;
  return max === undefined ? "" : ` of at most ${show(max)}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(10))}%`;
}
