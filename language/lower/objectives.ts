import { optionOf } from "#runtime/contract/catalogue/index.ts";
import type { MixtureSpec, ObjectiveSpec } from "#runtime/contract/spec.ts";
import { bug, type Settings } from "./settings.ts";
import { specifiedKeys } from "./specified.ts";

/** The keys of the catalogue's entry, by which `ObjectiveSpec` is typed too. `parts`: of an objective that is made of others. */
export function lowerObjective(kind: string, settings: Settings, parts: () => Pick<MixtureSpec, "parts" | "bySize">): ObjectiveSpec {
  const option = optionOf("objective", kind) ?? bug(`the catalogue has no objective ${kind}`);
  // the keys of a mixture say what its parts are
  if (kind === "mixture") return { kind, ...parts() };
  const composed = option.weighted ? { parts: parts().parts } : {};
  return { kind, ...composed, ...specifiedKeys(option.keys, settings) } as ObjectiveSpec;
}
