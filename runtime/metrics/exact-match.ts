import { bestOf, normalizeAnswer, type SquadForm } from "./answers.ts";

/**
 * 1 if a prediction equals one of the correct answers, ignoring case, punctuation, articles and white space; otherwise 0.
 * @see Rajpurkar et al. 2016, SQuAD, section 6.1; the official script
 */
export function exactMatch(prediction: string, answers: readonly string[], form: SquadForm = "2.0"): number {
  return bestOf(prediction, answers, form, (given, right) => (normalizeAnswer(given) === normalizeAnswer(right) ? 1 : 0));
}
