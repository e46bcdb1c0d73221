import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Architecture } from "#runtime/contract/spec.ts";
import type { Random } from "#runtime/random/random.ts";
import { causal } from "./causal.ts";
import { contrastive } from "./contrastive.ts";
import { denoising } from "./denoising.ts";
import { deshuffling } from "./deshuffling.ts";
import { masked } from "./masked.ts";
import type { Example, Layout, Reach, TextObjective, Vocabulary } from "./objective.ts";
import { prefix } from "./prefix.ts";
import { replacedToken } from "./replaced-token.ts";
import { spanCorruption } from "./span-corruption.ts";

export type TextObjectiveKind =
  | "causal"
  | "prefix"
  | "masked"
  | "span_corruption"
  | "denoising"
  | "deshuffling"
  | "replaced_token"
  | "contrastive";
type SettingsOf<K extends TextObjectiveKind> = Extract<ResolvedObjective, { kind: K }>;
/** An objective over raw text, with its settings. */
export type TextObjectiveSettings = SettingsOf<TextObjectiveKind>;

/** Every objective over raw text; adding one touches its file, this table, the catalogue and its test. */
export const textObjectives: { readonly [K in TextObjectiveKind]: TextObjective<SettingsOf<K>> } = {
  causal,
  prefix,
  masked,
  span_corruption: spanCorruption,
  denoising,
  deshuffling,
  replaced_token: replacedToken,
  contrastive,
};

export function isTextObjective(objective: ResolvedObjective): objective is TextObjectiveSettings {
  return Object.hasOwn(textObjectives, objective.kind);
}

/** Static shapes of the sequences of an objective, for an architecture that can carry it (the catalogue says which). */
export function layoutOf(objective: TextObjectiveSettings, model: { architecture: Architecture; context: number }): Layout {
  return implementationOf(objective).layout(objective, model);
}

/**
 * One sequence from a window of the corpus: at most `layout.window` consecutive tokens. `elsewhere`: another window, where the
 * layout asks for it.
 */
export function exampleOf(
  objective: TextObjectiveSettings,
  window: ArrayLike<number>,
  layout: Layout,
  vocabulary: Vocabulary,
  random: Random,
  elsewhere?: ArrayLike<number>,
): Example {
  return implementationOf(objective).example(window, objective, layout, vocabulary, random, elsewhere);
}

/** How far a sequence of an objective reaches into a window; undefined where it takes every window whole. */
export function reachOf(objective: TextObjectiveSettings, layout: Layout, vocabulary: Vocabulary): Reach | undefined {
  const { reach } = implementationOf(objective);
  if (!layout.packs || !reach) return undefined;
  return (window) => Math.max(1, reach(window, objective, layout, vocabulary));
}

function implementationOf<S extends TextObjectiveSettings>(objective: S): TextObjective<S> {
  return textObjectives[objective.kind] as unknown as TextObjective<S>;
}
