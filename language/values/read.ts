import type { Unit, ValueType } from "#runtime/contract/catalogue/index.ts";
import type { Last, Quantity, Range, Schedule, Text, Value } from "../generated/ast.ts";
import { isList, isNamed, isQuantity, isRange, isText } from "../generated/ast.ts";
import { nameOf } from "../references/expected-value.ts";
import { type Amount, parseAmount, unitNamed } from "./amount.ts";
import { describeType, describeValue } from "./describe.ts";
import { badEscape, writtenText } from "./escapes.ts";

/**
 * The meaning of a value, or the problem with it. Validation reports the problems; lowering, which only runs on valid values, takes the
 * meanings.
 */
export type Reading<T> = { ok: true; value: T } | { ok: false; problem: ValueProblem };

export interface ValueProblem {
  code: "wrong-type" | "wrong-unit" | "out-of-range" | "unknown-escape";
  message: string;
  fixes?: string[];
}

type TypeNamed<Name extends ValueType["type"]> = Extract<ValueType, { type: Name }>;

export function readCount(value: Value, type: TypeNamed<"count">): Reading<number> {
  if (!isQuantity(value)) return wrongType(value, type);
  return countIn(value.amount, type, type.unit === undefined ? [] : [type.unit]);
}

export function readNumber(value: Value, type: TypeNamed<"number">): Reading<number> {
  return isQuantity(value) ? readBare(value, type) : wrongType(value, type);
}

/** A share as a fraction from 0 to 1. */
export function readShare(value: Value, type: TypeNamed<"share">): Reading<number> {
  return isQuantity(value) ? readBare(value, type) : wrongType(value, type);
}

export function readQuantity(value: Value, type: TypeNamed<"quantity">): Reading<{ unit: Unit; value: number }> {
  if (!isQuantity(value)) return wrongType(value, type);
  const amount = parseAmount(value.amount);
  if (!amount) return notANumber(value.amount, type);
  const unit = amount.percent ? "share" : amount.unit === undefined ? type.units[0]! : unitNamed(amount.unit, type.units);
  if (unit === undefined || !type.units.includes(unit) || (amount.percent && amount.unit !== undefined)) return wrongUnit(amount, type);
  if (unit === "share") {
    const other = type.units.find((each) => each !== "share");
    const hint = other && !amount.percent ? `write ${value.amount} ${other} for a number of ${other}` : undefined;
    return map(within(value.amount, amount.value, { type: "share", min: 0, max: 1 }, hint), (share) => ({ unit, value: share }));
  }
  const whole = unit === "steps" || unit === "tokens" || unit === "documents";
  if (amount.value <= 0 || (whole && !Number.isInteger(amount.value))) {
    return problem(
      "out-of-range",
      `${value.amount} is not an amount of ${unit}; expected ${whole ? "a whole number" : "a number"} above 0.`,
    );
  }
  return { ok: true, value: { unit, value: amount.value } };
}

export function readBoolean(value: Value, type: TypeNamed<"boolean">): Reading<boolean> {
  const word = isNamed(value) && !value.body ? nameOf(value) : undefined;
  if (word === "true" || word === "false") return { ok: true, value: word === "true" };
  const no = isQuantity(value) ? value.amount === "0" : /^(no|off|n|false|f|none|never)$/i.test(word ?? "");
  return wrongType(value, type, no ? ["false", "true"] : ["true", "false"]);
}

export function readTextValue(value: Value, type: TypeNamed<"text">): Reading<string> {
  if (isText(value)) return escapedWell(value, type) ?? filled(value, type);
  if (isNamed(value) && !value.body) return { ok: true, value: nameOf(value) };
  return wrongType(value, type, isQuantity(value) ? [`"${value.amount}"`] : []);
}

/** Maximum length of a path, in characters; Linux has the same limit in bytes. */
export const longestPath = 4096;

/** A path as written, relative to the file that contains it. */
export function readPath(value: Value, type: TypeNamed<"path">): Reading<string> {
  if (isText(value)) {
    if (value.text.length <= longestPath) return escapedWell(value, type) ?? filled(value, type);
    return problem(
      "out-of-range",
      `The path has ${value.text.length.toLocaleString("en-US")} characters; expected at most ${longestPath.toLocaleString("en-US")}.`,
    );
  }
  return wrongType(value, type, isNamed(value) && !value.body ? [`"${nameOf(value)}"`] : []);
}

const seed = { type: "count", min: 0, max: 4294967295 } as const;
export const maxSeeds = 1000;

export function readSeeds(value: Value, type: TypeNamed<"seeds">): Reading<number[]> {
  if (isRange(value)) return seedsInRange(value);
  if (isQuantity(value)) return map(readCount(value, seed), (only) => [only]);
  if (!isList(value) || value.items.length === 0) return wrongType(value, type);
  if (value.items.length > maxSeeds)
    return problem("out-of-range", `The list has ${value.items.length} seeds; expected at most ${maxSeeds}.`);
  const seeds: number[] = [];
  for (const item of value.items) {
    const reading = readCount(item, seed);
    if (!reading.ok) return reading;
    if (seeds.includes(reading.value)) return problem("out-of-range", `The seed ${reading.value} is listed twice. Remove one of the two.`);
    seeds.push(reading.value);
  }
  return { ok: true, value: seeds };
}

export function readSchedule(value: Schedule, type: TypeNamed<"schedule">): Reading<{ every: number; keep: number | null }> {
  const every = countIn(value.every, { type: "count", min: 1 }, ["steps"]);
  if (!every.ok) return every;
  if (value.keep === undefined) return { ok: true, value: { every: every.value, keep: null } };
  if (!type.keeps) return problem("wrong-type", `There is nothing to keep here; expected ${describeType(type)}.`);
  return map(countIn(value.keep, { type: "count", min: 1, max: 1000 }, []), (keep) => ({ every: every.value, keep }));
}

/** The number in `last 4 layers`. */
export function readLast(value: Last): Reading<number> {
  return countIn(value.amount, { type: "count", min: 1, max: 200 }, ["layers"]);
}

/** The share of `50%: name`, as a fraction from 0 to 1. */
export function readWeight(text: string): Reading<number> {
  const type = { type: "share", min: 0, max: 1, aboveMin: true } as const;
  const amount = parseAmount(text);
  if (!amount) return notANumber(text, type);
  return amount.unit === undefined ? within(text, amount.value, type) : wrongUnit(amount, type);
}

function readBare({ amount: text }: Quantity, type: TypeNamed<"number" | "share">): Reading<number> {
  const amount = parseAmount(text);
  if (!amount) return notANumber(text, type);
  if (amount.unit !== undefined || (amount.percent && type.type === "number")) return wrongUnit(amount, type);
  const meantPercent = type.type === "share" && amount.value > 1 && amount.value <= 100 && !amount.percent;
  return within(text, amount.value, type, meantPercent ? `write ${text}% for a percentage` : undefined);
}

function countIn(text: string, type: TypeNamed<"count">, units: readonly string[]): Reading<number> {
  const amount = parseAmount(text);
  if (!amount) return notANumber(text, type);
  if (amount.percent || (amount.unit !== undefined && unitNamed(amount.unit, units) === undefined)) return wrongUnit(amount, type);
  if (!Number.isInteger(amount.value)) return problem("out-of-range", `Found ${text}, expected ${describeType(type)}.`);
  return within(text, amount.value, type);
}

function seedsInRange({ from, to }: Range): Reading<number[]> {
  const first = countIn(from, seed, []);
  if (!first.ok) return first;
  const last = countIn(to, seed, []);
  if (!last.ok) return last;
  const count = last.value - first.value + 1;
  if (count < 1) return problem("out-of-range", `The range ${from}..${to} is empty; write the smaller seed first.`, [`${to}..${from}`]);
  if (count > maxSeeds) return problem("out-of-range", `The range ${from}..${to} has ${count} seeds; expected at most ${maxSeeds}.`);
  return { ok: true, value: Array.from({ length: count }, (_, index) => first.value + index) };
}

function escapedWell(value: Text, type: TypeNamed<"text" | "path">): { ok: false; problem: ValueProblem } | undefined {
  const bad = badEscape(writtenText(value) ?? "", type.type === "path" || type.folder === true);
  return bad && problem("unknown-escape", bad.message, bad.fixes);
}

function filled(value: Text, type: TypeNamed<"text" | "path">): Reading<string> {
  const blank = type.type === "text" && type.blank === true;
  return (blank ? value.text : value.text.trim()) === ""
    ? problem("wrong-type", `The text is empty; expected ${describeType(type)}.`)
    : { ok: true, value: value.text };
}

function within(text: string, value: number, type: TypeNamed<"count" | "number" | "share">, hint?: string): Reading<number> {
  const { min = -Infinity, max = Infinity, aboveMin = false, belowMax = false } = type as TypeNamed<"share">;
  const inside = (aboveMin ? value > min : value >= min) && (belowMax ? value < max : value <= max) && Number.isFinite(value);
  return inside ? { ok: true, value } : problem("out-of-range", `Found ${text}, expected ${describeType(type)}${hint ? `; ${hint}` : ""}.`);
}

function wrongType(value: Value, type: ValueType, fixes: string[] = []): { ok: false; problem: ValueProblem } {
  const nothing =
    isNamed(value) && /^(none|null|nil|undefined|nan|default|auto)$/i.test(nameOf(value)) ? " To use the default, leave the key out." : "";
  return problem("wrong-type", `Found ${describeValue(value)}, expected ${describeType(type)}.${nothing}`, fixes);
}

function notANumber(text: string, type: ValueType): { ok: false; problem: ValueProblem } {
  const joined = text
    .replaceAll(/(?<=\d)_(?=\d)/g, "")
    .replaceAll(/(\d)K\b/g, "$1k")
    .replaceAll(/(\d)m\b/g, "$1M");
  if (joined !== text && parseAmount(joined)) return problem("wrong-type", `${text} is not a number; write ${joined}.`, [joined]);
  return problem("wrong-type", `${text} is not a number; expected ${describeType(type)}, written as 8000, 8k, 5M, 1e-3 or 15%.`);
}

function wrongUnit(amount: Amount, type: ValueType): { ok: false; problem: ValueProblem } {
  const found = amount.unit ?? "%";
  const suffix = multiples[found.toLowerCase()];
  if (suffix) return problem("wrong-unit", `Write ${suffix} for ${found}, directly after the number: 10${suffix}.`);
  return problem("wrong-unit", `The unit ${found} does not fit: expected ${describeType(type)}.`);
}

const multiples: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  thousand: "k",
  million: "M",
  millions: "M",
  billion: "B",
  billions: "B",
  trillion: "T",
});

function problem(code: ValueProblem["code"], message: string, fixes: string[] = []): { ok: false; problem: ValueProblem } {
  return { ok: false, problem: { code, message, ...(fixes.length > 0 ? { fixes } : {}) } };
}

function map<A, B>(reading: Reading<A>, change: (value: A) => B): Reading<B> {
  return reading.ok ? { ok: true, value: change(reading.value) } : reading;
}
