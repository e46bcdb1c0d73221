import { bestOf, normalizeAnswer, type SquadForm } from "./answers.ts";

/**
 * 1 where a prediction is one of the right answers, but for case, punctuation, articles and white space; else 0.
 * @see Rajpurkar et al. 2016, SQuAD, section 6.1; the official script
 */
export function exactMatch(prediction: string, answers: readonly string[], form: SquadForm = "2.0"): number {
  return bestOf(prediction, answers, form, (given, right) => (normalizeAnswer(given) === normalizeAnswer(right) ? 1 : 0));
}
