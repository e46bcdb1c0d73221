import { type Example, isOrdinary, type Vocabulary } from "#runtime/objectives/objective.ts";
import type { TextObjectiveSettings } from "#runtime/objectives/table.ts";

/** What an objective did to sequences, counted over all of them: shares from 0 to 1; what begins with `mean_`, in tokens. */
export function measuredOf(objective: TextObjectiveSettings, examples: readonly Example[], vocabulary: Vocabulary): Record<string, number> {
  const predictedShare = { predicted_per_position: ratio(examples, predicted, read) };
  switch (objective.kind) {
    case "masked":
    case "replaced_token":
      if (examples.some((example) => example.decoder)) return { ...predictedShare, masked: maskShare(examples, vocabulary) };
      return { ...predictedShare, ...maskedRates(examples, vocabulary), ...pairRates(examples) };
    case "span_corruption":
      return { ...predictedShare, ...spanRates(objective, examples, vocabulary) };
    case "denoising":
      return {
        ...predictedShare,
        rate:
          1 -
          ratio(
            examples,
            (example) => shown(example, vocabulary),
            (example) => ordinary(example.targets, vocabulary),
          ),
        masks_per_token: maskShare(examples, vocabulary),
      };
    case "deshuffling":
      return { ...predictedShare, moved: movedShare(examples, vocabulary) };
    case "prefix":
      return {
        ...predictedShare,
        prefix_share: ratio(examples, (example) => (example.prefix ?? example.tokens).filter(Boolean).length, read),
      };
    case "contrastive":
      return {
        mean_text: ratio(
          examples,
          (example) => example.tokens.length,
          (example) => Math.max(0, ...example.segments),
        ),
      };
    case "causal":
      return predictedShare;
  }
}

function maskedRates(examples: readonly Example[], vocabulary: Vocabulary): Record<string, number> {
  const inputAt = (example: Example, index: number) => example.tokens[example.predict[index]!]!;
  const masked = (example: Example) => example.targets.filter((_, index) => inputAt(example, index) === vocabulary.mask).length;
  const kept = (example: Example) => example.targets.filter((target, index) => inputAt(example, index) === target).length;
  // of the tokens that could be hidden: ordinary ones, and what was hidden
  const candidates = (example: Example) =>
    example.tokens.filter((token) => isOrdinary(token, vocabulary) || token === vocabulary.mask).length;
  return {
    rate: ratio(examples, predicted, candidates),
    masked: ratio(examples, masked, predicted),
    kept: ratio(examples, kept, predicted),
    random: ratio(examples, (example) => predicted(example) - masked(example) - kept(example), predicted),
  };
}

function pairRates(examples: readonly Example[]): Record<string, number> {
  const pairs = examples.flatMap((example) => example.pairs ?? []);
  return pairs.length === 0 ? {} : { falsified_pairs: pairs.filter(({ label }) => label === 1).length / pairs.length };
}

function spanRates(
  { replace, target }: Extract<TextObjectiveSettings, { kind: "span_corruption" }>,
  examples: readonly Example[],
  vocabulary: Vocabulary,
): Record<string, number> {
  const written = (example: Example) => ordinary(example.targets, vocabulary);
  const hidden = (example: Example) => (target === "text" ? written(example) - shown(example, vocabulary) : written(example));
  const rate = ratio(examples, hidden, (example) => hidden(example) + shown(example, vocabulary));
  if (replace === "drop") return { rate };
  const marks = (token: number) => (replace === undefined ? token >= vocabulary.firstSentinel : token === vocabulary.mask);
  const spans = (example: Example) => {
    const input = inputOf(example);
    return input.filter((token, i) => marks(token) && !(replace === "masks" && input[i - 1] === token)).length;
  };
  return { rate, mean_span: ratio(examples, hidden, spans) };
}

/** Masks among the ordinary tokens and masks of the input. */
function maskShare(examples: readonly Example[], vocabulary: Vocabulary): number {
  const masks = (example: Example) => example.tokens.filter((token) => token === vocabulary.mask).length;
  return ratio(examples, masks, (example) => masks(example) + ordinary(example.tokens, vocabulary));
}

/** Of the tokens of each text, those that stand at another place than in the target. */
function movedShare(examples: readonly Example[], vocabulary: Vocabulary): number {
  const texts = (example: Example) => example.tokens.filter((token) => isOrdinary(token, vocabulary));
  const moved = (example: Example) => {
    const targets = example.targets.filter((token) => isOrdinary(token, vocabulary));
    return texts(example).filter((token, i) => token !== targets[i]).length;
  };
  return ratio(examples, moved, (example) => texts(example).length);
}

/** Ordinary tokens of the input; a decoder's target stands behind it in one sequence. */
function shown(example: Example, vocabulary: Vocabulary): number {
  return ordinary(inputOf(example), vocabulary);
}

function inputOf(example: Example): number[] {
  return example.prefix ? example.tokens.filter((_, index) => example.prefix![index]) : example.tokens;
}

function ordinary(tokens: readonly number[], vocabulary: Vocabulary): number {
  return tokens.filter((token) => isOrdinary(token, vocabulary)).length;
}

function predicted(example: Example): number {
  return example.predict.length;
}

function read(example: Example): number {
  return example.tokens.length + (example.decoder?.tokens.length ?? 0);
}

function ratio(examples: readonly Example[], above: (example: Example) => number, below: (example: Example) => number): number {
  const sum = (of: (example: Example) => number) => examples.reduce((total, example) => total + of(example), 0);
  const denominator = sum(below);
  return denominator === 0 ? 0 : sum(above) / denominator;
}
