import type { MaskedSpec, MixtureSpec, ObjectiveSpec } from "#runtime/contract/spec.ts";
import { bug, choice, type Settings } from "./settings.ts";

type SpanCorruptionSpec = Extract<ObjectiveSpec, { kind: "span_corruption" }>;

/** `parts`: of an objective that is made of others. */
export function lowerObjective(kind: string, settings: Settings, parts: () => Pick<MixtureSpec, "parts" | "bySize">): ObjectiveSpec {
  switch (kind) {
    case "causal":
    case "deshuffling":
      return { kind };
    case "prefix":
      return { kind, ...(settings.has("rate") ? { rate: settings.number("rate") } : {}) };
    case "masked":
      return {
        kind,
        rate: settings.number("rate"),
        mask: settings.number("mask"),
        random: settings.number("random"),
        keep: settings.number("keep"),
        wholeWords: settings.flag("whole_words"),
        ...unless<Pick<MaskedSpec, "sentences">>("none", "sentences", settings),
      };
    case "span_corruption":
      return {
        kind,
        rate: settings.number("rate"),
        meanSpan: settings.number("mean_span"),
        ...unless<Pick<SpanCorruptionSpec, "replace">>("sentinels", "replace", settings),
        ...unless<Pick<SpanCorruptionSpec, "target">>("spans", "target", settings),
      };
    case "denoising":
      return {
        kind,
        infill: settings.number("infill"),
        delete: settings.number("delete"),
        mask: settings.number("mask"),
        permuteSentences: settings.flag("permute_sentences"),
        rotate: settings.flag("rotate"),
      };
    case "replaced_token":
      return { kind, rate: settings.number("rate"), generator: settings.number("generator"), weight: settings.number("weight") };
    case "contrastive":
      return { kind, views: choice(settings, "views"), temperature: settings.number("temperature"), pool: choice(settings, "pool") };
    case "supervised":
      return { kind, task: settings.word("task") };
    case "mixture":
      return { kind, ...parts() };
    case "sequence":
      return { kind, parts: parts().parts, ...(settings.flag("reset_optimizer") ? { resetOptimizer: true } : {}) };
    default:
      return bug(`the specification has no objective ${kind}`);
  }
}

/** A choice that is left out where it is the usual one. */
function unless<T extends object>(usual: string, key: keyof T & string, settings: Settings): T {
  const chosen = settings.word(key);
  return (chosen === usual ? {} : { [key]: chosen }) as T;
}
