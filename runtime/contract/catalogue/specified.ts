import type { Key, Option, ValueType } from "./types.ts";

/**
 * The type that an option of the catalogue has in the specification: its name as `kind`, and its keys in camel case, each with the type
 * of its value. A key without a default may be missing; a key with `omitDefault` is missing if it has its default. Covers options whose
 * keys are numbers, booleans, choices, texts, references, quantities and lists of these; the lowering (`language/lower/specified.ts`) builds these values from
 * the same keys.
 */
export type SpecifiedOption<O extends Option> = O extends Option
  ? Flat<
      { kind: O["name"] } & { [K in Always<O["keys"][number]> as CamelCase<K["name"]>]: Specified<K> } & {
        [K in Sometimes<O["keys"][number]> as CamelCase<K["name"]>]?: Specified<K>;
      }
    >
  : never;

/** A key's name in the specification: `mean_span` becomes `meanSpan`. */
export type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name;

export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** As `SpecifiedOption`, without the keys `Others`, which are specified in another form; a key without a value is null. */
export type SpecifiedOrNull<O extends Option, Others extends string> = {
  [K in Exclude<O["keys"][number], { name: Others }> as CamelCase<K["name"]>]: Value<K["value"]> | (K extends Always<K> ? never : null);
};

type Sometimes<K extends Key> = Exclude<K, Always<K>>;
type Always<K extends Key> = K extends { omitDefault: true } ? never : K extends { default: string } | { required: true } ? K : never;

type Specified<K extends Key> = K extends { omitDefault: true; default: infer Default }
  ? Exclude<Value<K["value"]>, Default extends "false" ? false : Default>
  : Value<K["value"]>;

type Value<V extends ValueType> = V extends { type: "count" | "number" | "share" }
  ? number
  : V extends { type: "boolean" }
    ? boolean
    : V extends { type: "choice"; of: readonly { name: infer Name }[] }
      ? Name
      : V extends { type: "reference" | "text" }
        ? string
        : V extends { type: "quantity"; units: readonly (infer U)[] }
          ? { unit: U; value: number }
          : V extends { type: "list"; of: infer Of extends ValueType }
            ? Value<Of>[]
            : never;

type Flat<T> = { [K in keyof T]: T[K] };
