import { type Example, isOrdinary, type Vocabulary } from "./objective.ts";

/* What objectives did to sequences, counted over all of them: shares from 0 to 1; names that begin with `mean_` count tokens. */

/** Share of the positions read at which something is predicted. */
export function predictedShare(examples: readonly Example[]): number {
  return ratio(examples, predictedBy, positionsIn);
}

/** Positions read, of both sides. */
export function positionsIn({ tokens, decoder }: Example): number {
  return tokens.length + (decoder?.tokens.length ?? 0);
}

/** How many tokens are hidden, and what replaces them. `positionOf`: where in the input the token of a prediction is. */
export function maskedRates(
  examples: readonly Example[],
  vocabulary: Vocabulary,
  positionOf = ({ predict }: Example, index: number) => predict[index]!,
): Record<string, number> {
  const inputAt = (example: Example, index: number) => example.tokens[positionOf(example, index)]!;
  const masked = (example: Example) => example.targets.filter((_, index) => inputAt(example, index) === vocabulary.mask).length;
  const kept = (example: Example) => example.targets.filter((target, index) => inputAt(example, index) === target).length;
  // of the tokens that could be hidden: ordinary ones, and what was hidden
  const candidates = (example: Example) =>
    example.tokens.filter((token) => isOrdinary(token, vocabulary) || token === vocabulary.mask).length;
  return {
    rate: ratio(examples, predictedBy, candidates),
    masked: ratio(examples, masked, predictedBy),
    kept: ratio(examples, kept, predictedBy),
    random: ratio(examples, (example) => predictedBy(example) - masked(example) - kept(example), predictedBy),
  };
}

/** Masks among the ordinary tokens and masks of the input. */
export function maskShare(examples: readonly Example[], vocabulary: Vocabulary): number {
  const masks = (example: Example) => example.tokens.filter((token) => token === vocabulary.mask).length;
  return ratio(examples, masks, (example) => masks(example) + ordinaryIn(example.tokens, vocabulary));
}

/** Tokens of the input; a decoder's target follows it in the same sequence. */
export function inputOf(example: Example): number[] {
  return example.prefix ? example.tokens.filter((_, index) => example.prefix![index]) : example.tokens;
}

/** How many of the tokens are ordinary. */
export function ordinaryIn(tokens: readonly number[], vocabulary: Vocabulary): number {
  return tokens.filter((token) => isOrdinary(token, vocabulary)).length;
}

/** Σ above ÷ Σ below, 0 where the latter is 0. */
export function ratio(examples: readonly Example[], above: (example: Example) => number, below: (example: Example) => number): number {
  const sum = (of: (example: Example) => number) => examples.reduce((total, example) => total + of(example), 0);
  const denominator = sum(below);
  return denominator === 0 ? 0 : sum(above) / denominator;
}

function predictedBy(example: Example): number {
  return example.predict.length;
}
