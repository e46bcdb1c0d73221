import type { ValueType } from "#runtime/contract/catalogue/index.ts";
import { isEntry, isExpectation, isLast, isList, isNamed, isQuantity, isSchedule, isText, type Value } from "../generated/ast.ts";
import { alternativesOf, type Expected, expectedOf, keyText, nameOf } from "../references/expected-value.ts";
import { rangeOfValue } from "../text-ranges.ts";
import { describeType, describeValue } from "../values/describe.ts";
import { fittingType } from "../values/fit.ts";
import {
  maxSeeds,
  type Reading,
  readBoolean,
  readCount,
  readLast,
  readNumber,
  readPath,
  readQuantity,
  readSchedule,
  readSeeds,
  readShare,
  readTextValue,
  type ValueProblem,
} from "../values/read.ts";
import type { Finding, RuleFamily } from "./report-finding.ts";

/** Every value has the type, the unit and the range that the catalogue gives its key. Names are checked by `references`. */
export const values: RuleFamily = () => ({
  Value(value, report) {
    if (isExpectation(value.$container) || isElementOfSeeds(value)) return;
    const expected = expectedOf(value);
    if (!expected) return;
    const type = fittingType(expected, value);
    const finding = type ? findingOf(value, type) : wrongForm(value, expected);
    if (finding) report(value, rangeOfValue(value), { ...finding, message: `${prefix(value)}${finding.message}` });
  },
});

function findingOf(value: Value, type: Expected): Finding | undefined {
  if (type.type === "list" && isList(value)) {
    if (value.items.length >= (type.atLeast ?? 0)) return undefined;
    return {
      code: "out-of-range",
      message: `The list ${value.items.length === 0 ? "is empty" : "has one element"}; expected at least ${type.atLeast}: ${describeType(type.of)}.`,
    };
  }
  const reading = read(value, type);
  if (reading && !reading.ok) return reading.problem;
  return type.type === "seeds" ? oneSeed(value) : undefined;
}

/** Warns about a single number as `seeds`: elsewhere it would be their count. The number 1 means the same either way. */
function oneSeed(value: Value): Finding | undefined {
  if (!isQuantity(value)) return undefined;
  const number = readCount(value, { type: "count", min: 2 });
  if (!number.ok) return undefined;
  const seed = number.value;
  const range = seed <= maxSeeds ? `1..${seed}` : `${seed}..${seed + 2}`;
  return {
    code: "one-seed",
    severity: "info",
    message: `This is one seed, the number ${seed}. For ${seed} seeds, write the range ${range}; for this one alone, write [${seed}].`,
    fixes: [range, `[${seed}]`],
  };
}

function read(value: Value, type: Expected): Reading<unknown> | undefined {
  switch (type.type) {
    case "count":
      return readCount(value, type);
    case "number":
      return readNumber(value, type);
    case "share":
      return readShare(value, type);
    case "quantity":
      return readQuantity(value, type);
    case "boolean":
      return readBoolean(value, type);
    case "text":
      return readTextValue(value, type);
    case "path":
      return readPath(value, type);
    case "seeds":
      return readSeeds(value, type);
    case "schedule":
      return isSchedule(value) ? readSchedule(value, type) : undefined;
    case "option":
      return readOption(value, type);
    default:
      return undefined;
  }
}

function readOption(value: Value, type: Extract<ValueType, { type: "option" }>): Reading<unknown> | undefined {
  const lastLayers = type.family === "trained";
  if (isLast(value)) return lastLayers ? readLast(value) : { ok: false, problem: wrongForm(value, type) };
  if (lastLayers && isNamed(value) && nameOf(value) === "last") {
    return {
      ok: false,
      problem: { code: "wrong-type", message: "last needs a number of layers, for example: last 2 layers.", fixes: ["last 2 layers"] },
    };
  }
  return undefined;
}

function wrongForm(value: Value, expected: Expected): ValueProblem {
  const quotable = alternativesOf(expected).some(({ type }) => type === "path" || type === "text");
  const bare = isNamed(value) && !value.body ? nameOf(value) : isQuantity(value) ? value.amount : undefined;
  const scheduled = isQuantity(value) && alternativesOf(expected).some(({ type }) => type === "schedule");
  const fixes = quotable && bare ? [`"${bare}"`] : scheduled ? [`every ${/^\d+/.exec(value.amount)?.[0] ?? 500} steps`] : [];
  return {
    code: "wrong-type",
    message: `Found ${describeValue(value)}, expected ${describeType(expected)}.${hint(value, expected)}`,
    fixes,
  };
}

/** Advice for a form that other programs use. */
function hint(value: Value, expected: Expected): string {
  const types = alternativesOf(expected);
  if (isNamed(value) && /^(none|null|nil|undefined|nan|default|auto)$/i.test(nameOf(value)))
    return " To use the default, leave the key out.";
  if (!isText(value)) return "";
  if (types.some((type) => type.type === "reference" && type.to.includes("model")))
    return ` To start from a checkpoint, declare it, model name { checkpoint: "${value.text}" }, and write its name here.`;
  const isName = types.some(({ type }) => type === "reference" || type === "objective" || type === "choice" || type === "option");
  if (isName && /^[_a-zA-Z][\w-]*$/.test(value.text)) return ` Write names without quotes: ${value.text}.`;
  return types.some(
    ({ type }) =>
      type === "count" || type === "number" || type === "share" || type === "quantity" || type === "expectation" || type === "boolean",
  )
    ? " Leave the quotes out."
    : "";
}

/** Whether the value is an element of a list of seeds, which is read as a whole. */
function isElementOfSeeds(value: Value): boolean {
  const list = value.$container;
  if (!isList(list)) return false;
  const expected = expectedOf(list);
  return expected !== undefined && fittingType(expected, list)?.type === "seeds";
}

function prefix(value: Value): string {
  return isEntry(value.$container) && value.$container.weight === undefined ? `${keyText(value.$container)}: ` : "";
}
