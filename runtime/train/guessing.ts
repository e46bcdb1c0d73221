import type { EncodeResult } from "#runtime/contract/artifacts.ts";
import type { Guess } from "#runtime/contract/learning-point.ts";
import { countPairs, countTokens } from "#runtime/encoding/token-frequencies.ts";
import { openTokens } from "#runtime/encoding/token-stream.ts";
import { isOrdinary, type Vocabulary } from "#runtime/objectives/objective.ts";

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
  const reading = <T>(use: (stream: ReturnType<typeof openTokens>) => T): T => {
    const stream = openTokens(folder, encoded, "train");
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
 * Tokens by their frequency in training, each counted half a time more than it occurs (Krichevsky and Trofimov 1981, equation 2). Special
 * tokens and sentinels have their share of the targets themselves: how often they are predicted is the objective's doing.
 * @param before the token before each target; undefined where that is not what the model reads there
 */
export function guessTokens(targets: ArrayLike<number>, before: ArrayLike<number> | undefined, from: TrainingTokens): Guesses {
  const { vocabulary } = from;
  const counts = from.counts();
  const probability = unigram(targets, counts, vocabulary);
  const each = Float64Array.from(targets, (token) => -Math.log(probability[token]!));
  const bigram = before && bigramLoss({ targets, before, pairs: from.pairs(before, targets), counts, probability });
  return {
    guess: { uniform: Math.log(vocabulary.size), constant: meanOf(each), ...(bigram === undefined ? {} : { bigram }) },
    each,
  };
}

function unigram(targets: ArrayLike<number>, counts: Float64Array, vocabulary: Vocabulary): Float64Array {
  const special = new Float64Array(vocabulary.size);
  let ordinaryTargets = 0;
  for (let i = 0; i < targets.length; i++) {
    if (isOrdinary(targets[i]!, vocabulary)) ordinaryTargets++;
    else special[targets[i]!]!++;
  }
  const { firstOrdinary, endOrdinary } = vocabulary;
  const smoothed = (token: number) => counts[token]! + 0.5;
  let total = 0;
  for (let token = firstOrdinary; token < endOrdinary; token++) total += smoothed(token);
  return special.map((count, token) =>
    isOrdinary(token, vocabulary) ? ((ordinaryTargets / targets.length) * smoothed(token)) / total : count / targets.length,
  );
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

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}
