import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import type { Architecture } from "#runtime/contract/spec.ts";
import type { Random } from "#runtime/random/random.ts";
import { causal } from "./causal.ts";
import { contrastive } from "./contrastive.ts";
import { denoising } from "./denoising.ts";
import { deshuffling } from "./deshuffling.ts";
import { masked } from "./masked.ts";
import { predictedShare } from "./measures.ts";
import { mntp } from "./mntp.ts";
import type { Example, Layout, Reach, TextLikelihood, TextObjective, Vocabulary } from "./objective.ts";
import { prefix } from "./prefix.ts";
import { replacedToken } from "./replaced-token.ts";
import { spanCorruption } from "./span-corruption.ts";

/** An objective over raw text, with its settings. */
export type TextObjectiveSettings = Exclude<ResolvedObjective, { kind: "supervised" | "mixture" | "sequence" }>;
type TextObjectiveKind = TextObjectiveSettings["kind"];
type SettingsOf<K extends TextObjectiveKind> = Extract<TextObjectiveSettings, { kind: K }>;

/** Every objective over raw text; adding one takes its file, an entry here and in the catalogue, and its test. */
export const textObjectives: { readonly [K in TextObjectiveKind]: TextObjective<SettingsOf<K>> } = {
  causal,
  prefix,
  masked,
  mntp,
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
 * One sequence from a window of the corpus: at most `layout.window` consecutive tokens. `unrelated`: another window, where the
 * layout asks for it.
 */
export function exampleOf(
  objective: TextObjectiveSettings,
  window: ArrayLike<number>,
  layout: Layout,
  vocabulary: Vocabulary,
  random: Random,
  unrelated?: ArrayLike<number>,
): Example {
  return implementationOf(objective).example(window, objective, layout, vocabulary, random, unrelated);
}

/** How far a sequence of an objective reaches into a window; undefined where it takes every window whole. */
export function reachOf(objective: TextObjectiveSettings, layout: Layout, vocabulary: Vocabulary): Reach | undefined {
  const { reach } = implementationOf(objective);
  if (!layout.packs || !reach) return undefined;
  return (window) => Math.max(1, reach(window, objective, layout, vocabulary));
}

/**
 * How the probability of a text follows from an objective in a model; undefined: not at all. `architecture`: null or
 * undefined where it is not known.
 */
export function likelihoodOf(objective: TextObjectiveSettings, architecture: Architecture | null | undefined): TextLikelihood | undefined {
  const { likelihood } = implementationOf(objective);
  const fits = likelihood?.kind !== "pseudo" || (architecture && architecture !== "encoder-decoder");
  return fits ? likelihood : undefined;
}

/** What an objective did to sequences, counted over all of them: shares from 0 to 1; what begins with `mean_`, in tokens. */
export function measuredOf(
  objective: TextObjectiveSettings,
  layout: Layout,
  examples: readonly Example[],
  vocabulary: Vocabulary,
): Record<string, number> {
  const shares = layout.predicted > 0 ? { predicted_per_position: predictedShare(examples) } : {};
  return { ...shares, ...implementationOf(objective).measured?.(examples, objective, vocabulary) };
}

/** What a sequence's input shows of what is predicted: see `TextObjective.hidden`. */
export function hiddenIn(example: Example, objective: TextObjectiveSettings): readonly number[] | "sentinels" | undefined {
  return implementationOf(objective).hidden?.(example, objective);
}

/** Whether what is predicted goes on from what is read at its place: see `TextObjective.continues`. */
export function continuesText(objective: TextObjectiveSettings): boolean {
  return implementationOf(objective).continues === true;
}

export function pairClassesOf(objective: TextObjectiveSettings): readonly [string, string] | undefined {
  return implementationOf(objective).pairClasses?.(objective);
}

export function revisionsOf(objective: TextObjectiveSettings): Readonly<Record<string, number>> {
  return implementationOf(objective).revisions?.(objective) ?? {};
}

function implementationOf<S extends TextObjectiveSettings>(objective: S): TextObjective<S> {
  return textObjectives[objective.kind] as unknown as TextObjective<S>;
}
