import { dirname } from "node:path";
import type { Key, Unit } from "#runtime/contract/catalogue/index.ts";
import { type Block, isLast, isList, isNamed, isSchedule, isText, type Value } from "../generated/ast.ts";
import { absolutePath, absolutePattern } from "../referenced-files.ts";
import { type Expected, nameOf, optionNamed } from "../references/expected-value.ts";
import { layersIn, settingValues } from "../setting-layers.ts";
import { fileOf } from "../text-ranges.ts";
import { fittingType } from "../values/fit.ts";
import {
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
} from "../values/read.ts";

/**
 * The settings of a block, merged from its layers and the catalogue's defaults. Read only after validation found no errors, so a value that
 * does not fit is a bug and throws.
 */
export interface Settings {
  /** Whether the key is set in one of the layers or has a default. */
  has(key: string): boolean;
  /** Whether the key is set in one of the layers. */
  isWritten(key: string): boolean;
  number(key: string): number;
  flag(key: string): boolean;
  /** The word of a choice, the name of a declaration, or a text. */
  word(key: string): string;
  /** An absolute path or pattern. */
  path(key: string): string;
  amount(key: string): { unit: Unit; value: number };
  seeds(key: string): number[];
  schedule(key: string): { every: number | null; keep: number | null };
  /** An option with its own settings. `layers` is the number in `last 4 layers`, else null. */
  option(key: string): { name: string; settings: Settings; layers: number | null };
  block(key: string): Settings;
  /** The elements of the list, unevaluated. A single value counts as a list of one. */
  elements(key: string): Value[];
  /** The nearest value as a syntax node, to distinguish the branches of `either`. */
  value(key: string): Value;
}

/** Parses the text of a default as if it were written in a file. */
export type ReadDefault = (text: string) => Value;

export function settingsOf(layers: readonly Block[], keys: readonly Key[], readDefault: ReadDefault): Settings {
  const values = (name: string): Value[] => {
    const text = keyNamed(name).default;
    return [...settingValues(layers, name), ...(text === undefined ? [] : [readDefault(text)])];
  };
  const value = (name: string): Value => values(name)[0] ?? bug(`${name} has no value`);
  const typed = (name: string): { value: Value; type: Expected } => {
    const nearest = value(name);
    return { value: nearest, type: fittingType(keyNamed(name).value, nearest) ?? bug(`${name} has a value of an unexpected type`) };
  };

  return {
    has: (name) => values(name).length > 0,
    isWritten: (name) => settingValues(layers, name).length > 0,
    value,
    number: (name) => numberIn(typed(name)),
    flag: (name) => read(typed(name), "boolean", readBoolean),
    word: (name) => wordIn(typed(name)),
    path: (name) => pathIn(typed(name)),
    amount: (name) => read(typed(name), "quantity", readQuantity),
    seeds: (name) => read(typed(name), "seeds", readSeeds),
    schedule: (name) => (values(name).length === 0 ? { every: null, keep: null } : scheduleIn(typed(name))),
    option: (name) => optionIn(values(name), typed(name).type),
    block: (name) => {
      const { type } = typed(name);
      return settingsOf(layersIn(values(name)), type.type === "block" ? type.keys : bug(`${name} is not a block`), readDefault);
    },
    elements: (name) => (values(name).length === 0 ? [] : elementsOf(value(name))),
  };

  function keyNamed(name: string): Key {
    return keys.find((key) => key.name === name) ?? bug(`the catalogue has no key ${name}`);
  }

  function optionIn(stack: Value[], type: Expected): ReturnType<Settings["option"]> {
    const [nearest] = stack;
    if (nearest && isLast(nearest)) return { name: "last", settings: settingsOf([], [], readDefault), layers: must(readLast(nearest)) };
    const name = nearest && isNamed(nearest) ? nameOf(nearest) : bug("an option without a name");
    const option = optionNamed(type, name) ?? bug(`the catalogue has no option ${name}`);
    return { name, settings: settingsOf(layersIn(stack), option.keys, readDefault), layers: null };
  }
}

interface Typed {
  value: Value;
  type: Expected;
}

export function numberIn({ value, type }: Typed): number {
  if (type.type === "count") return must(readCount(value, type));
  if (type.type === "share") return must(readShare(value, type));
  return read({ value, type }, "number", readNumber);
}

export function wordIn({ value, type }: Typed): string {
  if (type.type === "text") return must(readTextValue(value, type));
  return isNamed(value) ? nameOf(value) : bug("unexpected form of word");
}

/** Resolves a path against the folder of the file that contains it, which need not be the file that uses it. */
export function pathIn({ value, type }: Typed): string {
  const path = read({ value, type }, "path", readPath);
  const folder = dirname(fileOf(value));
  return type.type === "path" && type.glob ? absolutePattern(folder, path) : absolutePath(folder, path);
}

/** The elements of a list; a single value counts as a list of one. */
export function elementsOf(value: Value): Value[] {
  return isList(value) ? value.items : [value];
}

/** The word of a choice. Validation has checked that it is one of the catalogue's choices, which are the literals of `T`. */
export function choiceIn<T extends string>(settings: Settings, key: string): T {
  return settings.word(key) as T;
}

/** The texts of a list; null if the key is not set. */
export function words(settings: Settings, key: string): string[] | null {
  if (!settings.has(key)) return null;
  return settings.elements(key).map((value) => wordIn({ value, type: isText(value) ? { type: "text", blank: true } : { type: "text" } }));
}

export function bug(message: string): never {
  throw new Error(`lowering: ${message}`);
}

function scheduleIn({ value, type }: Typed): { every: number; keep: number | null } {
  if (!isSchedule(value) || type.type !== "schedule") return bug("unexpected form of schedule");
  return must(readSchedule(value, type));
}

function read<Name extends Expected["type"], T>(
  { value, type }: Typed,
  name: Name,
  reader: (value: Value, type: Extract<Expected, { type: Name }>) => Reading<T>,
): T {
  return type.type === name ? must(reader(value, type as Extract<Expected, { type: Name }>)) : bug(`expected ${name}, found ${type.type}`);
}

function must<T>(reading: Reading<T>): T {
  return reading.ok ? reading.value : bug(reading.problem.message);
}
