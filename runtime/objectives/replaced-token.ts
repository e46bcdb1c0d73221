import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { masked } from "./masked.ts";
import { maskedRates } from "./measures.ts";
import type { TextObjective } from "./objective.ts";

export type ReplacedTokenSettings = Extract<ResolvedObjective, { kind: "replaced_token" }>;

/**
 * Replaced token detection (Clark et al. 2020, ELECTRA, section 2 and equation 1). A sequence is one of masked language
 * modelling with a mask for every predicted token: the generator fills these in, and the discriminator tells of every position
 * whether it is the text's own. The generator's samples are drawn inside the program, from noise that comes with the batch.
 */
export const replacedToken: TextObjective<ReplacedTokenSettings> = {
  layout(settings, model) {
    const layout = masked.layout(maskedSettings(settings), model);
    return { ...layout, auxiliary: { kind: "replaced_tokens", generator: settings.generator, weight: settings.weight } };
  },
  example: (window, settings, layout, vocabulary, random) => masked.example(window, maskedSettings(settings), layout, vocabulary, random),
  measured: (examples, _settings, vocabulary) => maskedRates(examples, vocabulary),
  hidden: ({ predict }) => predict,
};

function maskedSettings({ rate }: ReplacedTokenSettings): Parameters<typeof masked.layout>[0] {
  return { kind: "masked", rate, mask: 1, random: 0, keep: 0, wholeWords: false };
}
