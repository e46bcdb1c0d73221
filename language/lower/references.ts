import { optionOf } from "#runtime/contract/catalogue/index.ts";
import { presets } from "#runtime/contract/catalogue/presets.ts";
import type { MixtureSpec, ObjectiveSpec } from "#runtime/contract/spec.ts";
import { type Block, isDeclaration, isNamed, type Named, type Value } from "../generated/ast.ts";
import { nameOf } from "../references/expected-value.ts";
import { layersIn, partsIn } from "../setting-layers.ts";
import { inlineText } from "../text/inline.ts";
import { readWeight } from "../values/read.ts";
import { type Lowering, placeKey } from "./context.ts";
import { lowerObjective } from "./objectives.ts";
import { bug, type Settings, settingsOf } from "./read-settings.ts";
import { refersTo } from "./unusable.ts";

/* Objectives as values of settings: by name, or written in place. */

/** The key of an objective's entry in the specification. An objective written in place has its own text as its key. */
export function objectiveRef(lowering: Lowering, value: Value): string {
  const { spec, places, leftOut } = lowering;
  if (!isNamed(value)) return bug("unexpected form of objective");
  const target = value.target.ref;
  const key = inlineText(value);
  if (isDeclaration(target) && target.kind === "objective") return target.name;
  if (Object.hasOwn(spec.objectives, key) || refersTo(value, leftOut)) return key;
  places.set(placeKey("objectives", key), value);
  spec.objectives[key] = isDeclaration(target) ? { kind: "supervised", task: target.name } : inPlace(lowering, value);
  return key;
}

/** The objectives of a mixture with their weights, from shares, from a list, or from a preset. */
export function mixtureParts(lowering: Lowering, layers: readonly Block[], settings: Settings): Pick<MixtureSpec, "parts" | "bySize"> {
  const parts = partsIn(layers);
  if (parts.from === "shares") {
    return { parts: parts.entries.map(({ weight, value }) => ({ weight: weightIn(weight), objective: objectiveRef(lowering, value) })) };
  }
  if (parts.from === "of") {
    const bySize = { temperature: settings.number("temperature"), limit: settings.has("limit") ? settings.number("limit") : null };
    return { parts: equally(parts.values.map((value) => objectiveRef(lowering, value))), bySize };
  }
  const named = presets[parts.name] ?? bug(`there is no preset ${parts.name}`);
  Object.assign(lowering.spec.objectives, named);
  return { parts: equally(Object.keys(named)) };
}

function inPlace(lowering: Lowering, value: Named): ObjectiveSpec {
  const kind = nameOf(value);
  const layers = layersIn([value]);
  const settings = settingsOf(layers, optionOf("objective", kind)?.keys ?? [], lowering.readDefault);
  return lowerObjective(kind, settings, () => mixtureParts(lowering, layers, settings));
}

function weightIn(text: string | undefined): number {
  const reading = readWeight(text ?? "");
  return reading.ok ? reading.value : bug(reading.problem.message);
}

function equally(objectives: readonly string[]): MixtureSpec["parts"] {
  return objectives.map((objective) => ({ weight: 1 / objectives.length, objective }));
}
