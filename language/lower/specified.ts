import type { Key } from "#runtime/contract/catalogue/index.ts";
import { camelCase } from "#runtime/contract/catalogue/specified.ts";
import { bug, type Settings, words } from "./read-settings.ts";

/** Values by key in camel case. Keys without a value are left out, as are keys whose default the specification omits. */
export function specifiedKeys(keys: readonly Key[], settings: Settings): Record<string, SpecifiedValue> {
  const present = keys.filter(({ name }) => settings.has(name)).map((key) => ({ key, value: settingValue(key, settings) }));
  const specified = present.filter(({ key, value }) => !(key.omitDefault && String(value) === key.default));
  return Object.fromEntries(specified.map(({ key, value }) => [camelCase(key.name), value]));
}

/** As `specifiedKeys`; a key that has no value is null. */
export function specifiedOrNull(keys: readonly Key[], settings: Settings): Record<string, SpecifiedValue | null> {
  const values = keys.map((key) => [camelCase(key.name), settings.has(key.name) ? settingValue(key, settings) : null] as const);
  return Object.fromEntries(values);
}

type SpecifiedValue = number | boolean | string | string[] | { unit: string; value: number };

function settingValue({ name, value }: Key, settings: Settings): SpecifiedValue {
  switch (value.type) {
    case "count":
    case "number":
    case "share":
      return settings.number(name);
    case "boolean":
      return settings.flag(name);
    case "choice":
    case "text":
    case "reference":
      return settings.word(name);
    case "list":
      return words(settings, name) ?? [];
    case "quantity":
      return settings.amount(name);
    default:
      return bug(`key ${name}: the specification of an option cannot hold a ${value.type}`);
  }
}
