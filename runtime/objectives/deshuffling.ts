import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { shuffle } from "#runtime/random/random.ts";
import { type Corruption, corruptedExample, corruptedReach, corruptionLayout } from "./corruption.ts";
import type { TextObjective } from "./objective.ts";

export type DeshufflingSettings = Extract<ResolvedObjective, { kind: "deshuffling" }>;

/** Deshuffling (Raffel et al. 2020, section 3.3.1 and table 3): the input is the text's tokens in random order, the target the text. */
export const deshuffling: TextObjective<DeshufflingSettings> = {
  layout: (_settings, model) => corruptionLayout(shuffled, model),
  example: (window, _settings, layout, vocabulary, random) => corruptedExample(window, shuffled, layout, vocabulary, random),
  reach: (window, _settings, layout, vocabulary) => corruptedReach(window, shuffled, layout, vocabulary),
};

const shuffled: Corruption = {
  shortest: 2,
  lengths: (length) => ({ inputs: length + 1, targets: length + 1 }),
  corrupt: (text, _vocabulary, random) => ({ input: shuffle([...text], random), target: [...text] }),
};
