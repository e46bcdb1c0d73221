import { declarationOf, type Key } from "#runtime/contract/catalogue/index.ts";
import type { ComparisonSpec, OptimizerSpec, Varied, VariedKey, VariedValue } from "#runtime/contract/spec.ts";
import { type Entry, isExpectation, type Value } from "../generated/ast.ts";
import { variedType } from "../references/expected-value.ts";
import { layersIn } from "../setting-layers.ts";
import { inlineText } from "../text/inline.ts";
import { fittingType } from "../values/fit.ts";
import { readMargin } from "../values/margin.ts";
import { readQuantity } from "../values/read.ts";
import type { Lowering } from "./context.ts";
import { budgetOf, lowerFinetuneSettings } from "./declarations.ts";
import { bug, elementsOf, numberIn, type Settings, settingsOf } from "./read-settings.ts";
import { objectiveRef } from "./references.ts";

/**
 * Lowers a comparison.
 *
 * @param entries as written, for lines whose order matters
 */
export function lowerComparison(lowering: Lowering, entries: readonly Entry[], settings: Settings): ComparisonSpec {
  return {
    extends: settings.word("extends"),
    vary: lowerVarying(lowering, entries),
    match: settings.word("match") as ComparisonSpec["match"],
    ...(settings.has("search") ? { search: { learningRates: settings.block("search").elements("learning_rate").map(numberOf) } } : {}),
    finetune: settings.elements("finetune").map((value) => {
      const inside = settingsOf(layersIn([value]), finetuneKeys(), lowering.readDefault);
      return { ...lowerFinetuneSettings(inside), seeds: inside.seeds("seeds") };
    }),
    ...(settings.has("checkpoints") ? { checkpoints: settings.elements("checkpoints").map(shareOf) } : {}),
    seeds: settings.seeds("seeds"),
    baselines: settings.has("baselines") ? settings.elements("baselines").map(inlineText) : null,
    expect: settings.elements("expect").map(lowerExpectation),
  };
}

function numberOf(value: Value): number {
  return numberIn({ value, type: { type: "number" } });
}

function shareOf(value: Value): number {
  return numberIn({ value, type: { type: "share" } });
}

/** The varied keys of a comparison. A `with` line belongs to the `vary` line before it. */
function lowerVarying(lowering: Lowering, entries: readonly Entry[]): Varied[] {
  const varied: Varied[] = [];
  for (const entry of entries) {
    if (entry.key[0] === "vary") varied.push(lowerVaried(lowering, entry));
    const last = varied.at(-1);
    if (entry.key[0] === "with" && last) last.with = [...(last.with ?? []), lowerVaried(lowering, entry)];
  }
  return varied;
}

function lowerVaried(lowering: Lowering, { key: [, ...words], value }: Entry): Varied {
  const key = words.join(" ") as VariedKey;
  return { key, values: elementsOf(value).map((element) => ({ label: inlineText(element), value: variedValue(lowering, key, element) })) };
}

function variedValue(lowering: Lowering, key: VariedKey, value: Value): VariedValue["value"] {
  const type = fittingType(variedType(key) ?? bug(`${key} cannot be varied`), value) ?? bug(`${key} has a value of an unexpected type`);
  if (type.type === "objective") return objectiveRef(lowering, value);
  if (type.type === "reference" || type.type === "choice") return inlineText(value);
  if (type.type === "boolean") return inlineText(value) === "true";
  if (type.type !== "quantity") return numberIn({ value, type });
  const reading = readQuantity(value, type);
  if (!reading.ok) return bug(reading.problem.message);
  return key === "warmup" || key === "cooldown" ? (reading.value as OptimizerSpec["warmup"]) : budgetOf(reading.value);
}

function lowerExpectation(value: Value): ComparisonSpec["expect"][number] {
  if (!isExpectation(value)) return bug("unexpected form of expectation");
  const { left, operator, right, task, metric } = value;
  const margin = readMargin(value);
  return {
    left: inlineText(left),
    operator,
    right: inlineText(right),
    task: task.$refText,
    metric: metric.$refText,
    ...(margin?.ok ? { margin: margin.value } : {}),
  };
}

function finetuneKeys(): readonly Key[] {
  const type = declarationOf("compare").keys.find((key) => key.name === "finetune")?.value;
  return type?.type === "list" && type.of.type === "block" ? type.of.keys : bug("finetune is not a list of blocks");
}
