import { optionOf } from "#runtime/contract/catalogue/index.ts";
import type { MixtureSpec, ObjectiveSpec } from "#runtime/contract/spec.ts";
import { bug, type Settings } from "./read-settings.ts";
import { specifiedKeys } from "./specified.ts";

/**
 * Lowers an objective by the keys of its catalogue entry, which `ObjectiveSpec` is derived from too. `parts` is called for an objective
 * made of others.
 */
export function lowerObjective(kind: string, settings: Settings, parts: () => Pick<MixtureSpec, "parts" | "bySize">): ObjectiveSpec {
  const option = optionOf("objective", kind) ?? bug(`the catalogue has no objective ${kind}`);
  // a mixture's keys only describe its parts
  if (kind === "mixture") return { kind, ...parts() };
  const composed = option.weighted ? { parts: parts().parts } : {};
  return { kind, ...composed, ...specifiedKeys(option.keys, settings) } as ObjectiveSpec;
}
