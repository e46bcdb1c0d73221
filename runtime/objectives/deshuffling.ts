import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { shuffle } from "#runtime/random/random.ts";
import { type Corruption, corruptedExample, corruptedReach, corruptionLayout } from "./corruption.ts";
import { ratio } from "./measures.ts";
import { type Example, isOrdinary, type TextObjective, type Vocabulary } from "./objective.ts";

export type DeshufflingSettings = Extract<ResolvedObjective, { kind: "deshuffling" }>;

/** Deshuffling (Raffel et al. 2020, section 3.3.1 and table 3): the input is the text's tokens in random order, the target the text. */
export const deshuffling: TextObjective<DeshufflingSettings> = {
  layout: (_settings, model) => corruptionLayout(shuffled, model),
  example: (window, _settings, layout, vocabulary, random) => corruptedExample(window, shuffled, layout, vocabulary, random),
  reach: (window, _settings, layout, vocabulary) => corruptedReach(window, shuffled, layout, vocabulary),
  measured: (examples, _settings, vocabulary) => ({ moved: movedShare(examples, vocabulary) }),
};

/** The share of tokens that are at another place than in the target. */
function movedShare(examples: readonly Example[], vocabulary: Vocabulary): number {
  const texts = (example: Example) => example.tokens.filter((token) => isOrdinary(token, vocabulary));
  const moved = (example: Example) => {
    const targets = example.targets.filter((token) => isOrdinary(token, vocabulary));
    return texts(example).filter((token, i) => token !== targets[i]).length;
  };
  return ratio(examples, moved, (example) => texts(example).length);
}

const shuffled: Corruption = {
  shortest: 2,
  lengths: (length) => ({ inputs: length + 1, targets: length + 1 }),
  corrupt: (text, _vocabulary, random) => ({ input: shuffle([...text], random), target: [...text] }),
};
