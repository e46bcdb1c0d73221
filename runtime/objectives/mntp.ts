import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { hideOne, type MaskedSettings, masked } from "./masked.ts";
import { maskedRates } from "./measures.ts";
import type { Example, TextObjective } from "./objective.ts";

export type MntpSettings = Extract<ResolvedObjective, { kind: "mntp" }>;

/**
 * Masked next token prediction (BehnamGhader et al. 2024, LLM2Vec, section 2.1): tokens are masked as in BERT, every position sees its
 * whole segment, and a masked token is predicted from the output at the position before it. A segment's first
 * token has no such position: it may be masked, and is not predicted.
 */
export const mntp: TextObjective<MntpSettings> = {
  layout: (settings, model) => masked.layout(maskedSettings(settings), model),

  example: (window, settings, layout, vocabulary, random) =>
    fromBefore(masked.example(window, maskedSettings(settings), layout, vocabulary, random)),

  likelihood: { kind: "pseudo", hideOne: (window, position, vocabulary) => fromBefore(hideOne(window, position, vocabulary)) },
  measured: (examples, _settings, vocabulary) => maskedRates(examples, vocabulary, ({ predict }, index) => predict[index]! + 1),
  hidden: ({ predict }) => predict.map((position) => position + 1),
};

/** A sequence of masked language modelling with each prediction moved to the position before. */
function fromBefore(example: Example): Example {
  const kept = example.predict.flatMap((position, index) => (example.positions[position]! > 0 ? [index] : []));
  return {
    ...example,
    predict: kept.map((index) => example.predict[index]! - 1),
    targets: kept.map((index) => example.targets[index]!),
  };
}

function maskedSettings({ rate }: MntpSettings): MaskedSettings {
  return { kind: "masked", rate, mask: 0.8, random: 0.1, keep: 0.1, wholeWords: false };
}
