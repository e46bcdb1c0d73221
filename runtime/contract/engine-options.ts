import * as v from "valibot";
import { type EngineChoice, type EngineName, engines } from "./catalogue/engines.ts";
import type { Key, ValueType } from "./catalogue/types.ts";

/** Options that only some engines have, by their names in the catalogue. An absent option has the engine's default. */
export type EngineOptions = { [K in OptionKey as K["name"]]?: OptionValue<K["value"]> };

type OptionKey = (typeof engines)[number]["keys"][number];
type OptionValue<V> = V extends { type: "boolean" }
  ? boolean
  : V extends { type: "choice"; of: readonly { name: infer Name }[] }
    ? Name
    : number;

/** The engine that was requested, with its settings. */
export interface EngineRequest {
  engine: EngineChoice;
  /** Number of threads of the engine. A run repeats bit for bit only with the same number; it is recorded with the engine. */
  threads: number;
  engineOptions?: EngineOptions | undefined;
}

/** Every engine option with the engine that has it. */
export const engineOptionKeys: readonly { engine: EngineName; key: Key }[] = engines.flatMap(({ name, keys }) =>
  keys.map((key) => ({ engine: name, key })),
);

export const engineOptionsSchema = v.object(
  Object.fromEntries(engineOptionKeys.map(({ key }) => [key.name, v.exactOptional(schemaOf(key.value))])),
) as unknown as v.GenericSchema<EngineOptions>;

/** An option that the requested engine does not have; undefined if there is none. An engine requested by name never ignores an option. */
export function foreignOption({ engine, engineOptions = {} }: Pick<EngineRequest, "engine" | "engineOptions">) {
  return engineOptionKeys.find((each) => engine !== "auto" && each.engine !== engine && each.key.name in engineOptions);
}

/** The command-line flag of a key: `mean_span` becomes `--mean-span`. */
export function flagOf({ name }: Key): string {
  return `--${name.replaceAll("_", "-")}`;
}

/** A request as command-line arguments. */
export function engineArguments({ engine, engineOptions = {} }: Pick<EngineRequest, "engine" | "engineOptions">): string[] {
  const given = engineOptionKeys.flatMap(({ key }) => {
    const value = (engineOptions as Record<string, unknown>)[key.name];
    if (value === undefined) return [];
    if (typeof value === "boolean") return [value ? flagOf(key) : flagOf(key).replace("--", "--no-")];
    return [flagOf(key), String(value)];
  });
  return ["--engine", engine, ...given];
}

function schemaOf(type: ValueType): v.GenericSchema<boolean | number | string> {
  if (type.type === "boolean") return v.boolean();
  if (type.type === "choice") return v.picklist(type.of.map(({ name }) => name));
  if (type.type === "count" || type.type === "number") return v.number();
  throw new Error(`an engine's option cannot be of the type ${type.type}`);
}
