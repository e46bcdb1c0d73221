import { type Key, optionOf } from "#runtime/contract/catalogue/index.ts";
import type { MixtureSpec, ObjectiveSpec } from "#runtime/contract/spec.ts";
import { bug, type Settings } from "./settings.ts";

/** The keys of the catalogue's entry, by which `ObjectiveSpec` is typed too. `parts`: of an objective that is made of others. */
export function lowerObjective(kind: string, settings: Settings, parts: () => Pick<MixtureSpec, "parts" | "bySize">): ObjectiveSpec {
  const option = optionOf("objective", kind) ?? bug(`the catalogue has no objective ${kind}`);
  // the keys of a mixture say what its parts are
  if (kind === "mixture") return { kind, ...parts() };
  const composed = option.weighted ? { parts: parts().parts } : {};
  return { kind, ...composed, ...specifiedKeys(option.keys, settings) } as ObjectiveSpec;
}

/** Values by key in camel case; without keys that have no value, or have the default that the specification leaves out. */
function specifiedKeys(keys: readonly Key[], settings: Settings): Record<string, number | boolean | string> {
  const present = keys.filter(({ name }) => settings.has(name)).map((key) => ({ key, value: settingValue(key, settings) }));
  const specified = present.filter(({ key, value }) => !(key.omitDefault && String(value) === key.default));
  return Object.fromEntries(specified.map(({ key, value }) => [camelCase(key.name), value]));
}

function settingValue({ name, value }: Key, settings: Settings): number | boolean | string {
  switch (value.type) {
    case "count":
    case "number":
    case "share":
      return settings.number(name);
    case "boolean":
      return settings.flag(name);
    case "choice":
    case "reference":
      return settings.word(name);
    default:
      return bug(`the specification of an objective has no ${value.type}, as its key ${name} is`);
  }
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
