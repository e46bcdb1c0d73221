import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import type { Guess } from "#runtime/contract/learning-point.ts";
import { openDataSet } from "#runtime/encoding/data-sets.ts";
import { countPairs, countTokens } from "#runtime/encoding/token-frequencies.ts";
import { isOrdinary, type Vocabulary } from "#runtime/objectives/objective.ts";
import { meanOf } from "#runtime/scoring/statistics.ts";

/** What guessing loses on the targets of a loss. */
export interface Guesses {
  guess: Guess;
  /** Of `constant`, target by target, nats. */
  each: Float64Array;
}

/** The training split's tokens, counted when they are first needed. */
export interface TrainingTokens {
  vocabulary: Vocabulary;
  /** By token. */
  counts(): Float64Array;
  /** By pair of neighbours. */
  pairs(first: ArrayLike<number>, second: ArrayLike<number>): Float64Array;
}

/** @param folder of the encode job */
export function trainingTokens(folder: string, encoded: EncodeResult, vocabulary: Vocabulary): TrainingTokens {
  const reading = <T>(use: (stream: ReturnType<typeof openDataSet>) => T): T => {
    const stream = openDataSet(folder, encoded, "train");
    try {
      return use(stream);
    } finally {
      stream.close();
    }
  };
  let counted: Float64Array | undefined;
  return {
    vocabulary,
    counts() {
      counted ??= reading((stream) => countTokens(stream, vocabulary.size));
      return counted;
    },
    pairs: (first, second) => reading((stream) => countPairs(stream, { first, second }, vocabulary.size)),
  };
}

/**
 * Tokens by their frequency in training, each counted half a time more than it occurs (Krichevsky and Trofimov 1981, equation 2), by a guesser
 * who knows an objective's format: which special token or sentinel would come next, and how often one follows what is read where the
 * target is predicted, ordinary or not. So a model that has learned the format alone has learned nothing.
 * @param given `read`: the token that is read there; `continues`: whether it is the one before the target in the text
 */
export function guessTokens(
  targets: ArrayLike<number>,
  given: { read: ArrayLike<number>; continues: boolean },
  from: TrainingTokens,
): Guesses {
  const { vocabulary } = from;
  const counts = from.counts();
  const frequency = frequencies(counts, vocabulary);
  const isTarget = Array.from(targets, (token) => isOrdinary(token, vocabulary));
  const isRead = Array.from(given.read, (token) => isOrdinary(token, vocabulary));
  const format = formatLosses(isTarget, isRead);
  const each = Float64Array.from(targets, (token, i) => format[i]! - (isTarget[i] ? Math.log(frequency[token]!) : 0));
  if (!given.continues) return { guess: { uniform: Math.log(vocabulary.size), constant: meanOf(each) }, each };
  const shares = withSpecial(targets, isTarget, frequency);
  const bigram = bigramLoss({ targets, before: given.read, pairs: from.pairs(given.read, targets), counts, probability: shares });
  return { guess: { uniform: Math.log(vocabulary.size), constant: meanOf(each), bigram }, each };
}

/** Smoothed frequencies of ordinary tokens, which add up to 1. */
function frequencies(counts: Float64Array, vocabulary: Vocabulary): Float64Array {
  const smoothed = counts.map((count, token) => (isOrdinary(token, vocabulary) ? count + 0.5 : 0));
  const total = smoothed.reduce((sum, count) => sum + count, 0);
  return smoothed.map((count) => count / total);
}

/** Whether each target is ordinary, by the shares among targets where an ordinary token is read, and among those where none is. */
function formatLosses(isTarget: readonly boolean[], isRead: readonly boolean[]): Float64Array {
  const [ordinary, all] = [
    [0, 0],
    [0, 0],
  ];
  isTarget.forEach((target, i) => {
    all[Number(isRead[i])]!++;
    if (target) ordinary[Number(isRead[i])]!++;
  });
  return Float64Array.from(isTarget, (target, i) => {
    const share = ordinary[Number(isRead[i])]! / all[Number(isRead[i])]!;
    return -Math.log(target ? share : 1 - share);
  });
}

/** Frequencies of all tokens, special ones by their share of the targets. */
function withSpecial(targets: ArrayLike<number>, isTarget: readonly boolean[], frequency: Float64Array): Float64Array {
  const share = isTarget.filter(Boolean).length / targets.length;
  const shares = frequency.map((each) => share * each);
  for (let i = 0; i < targets.length; i++) if (!isTarget[i]) shares[targets[i]!]! += 1 / targets.length;
  return shares;
}

/** Strengths of the prior: of these, the one that guesses best. */
const priors = [1, 4, 16, 64, 256, 1024, 4096];

/** The unigram as a Dirichlet prior of the tokens that follow each token (MacKay and Peto 1995, equation 10). */
function bigramLoss(of: {
  targets: ArrayLike<number>;
  before: ArrayLike<number>;
  pairs: Float64Array;
  counts: Float64Array;
  probability: Float64Array;
}): number {
  const { targets, before, pairs, counts, probability } = of;
  const losses = priors.map((prior) => {
    let sum = 0;
    for (let i = 0; i < targets.length; i++)
      sum -= Math.log((pairs[i]! + prior * probability[targets[i]!]!) / (counts[before[i]!]! + prior));
    return sum / targets.length;
  });
  return losses.reduce((best, loss) => Math.min(best, loss));
}

/** Two classes by their shares of the answers: the entropy of the base rate. */
export function guessClasses(answers: ArrayLike<number>): Guesses {
  const rate = meanOf(answers);
  const each = Float64Array.from(answers, (answer) => -Math.log(answer === 1 ? rate : 1 - rate));
  return { guess: { uniform: Math.LN2, constant: meanOf(each) }, each };
}

/** One of so many, each as likely as the others. @param choices how many, for each target */
export function guessChoices(choices: ArrayLike<number>): Guesses {
  const each = Float64Array.from(choices, Math.log);
  return { guess: { uniform: meanOf(each), constant: meanOf(each) }, each };
}
