import { bestOf, normalizeAnswer, type SquadForm } from "./answers.ts";
import { wordsOf } from "./white-space.ts";

/**
 * F1 of the words of a prediction and those of the best matching correct answer, 0 to 1, normalised as for exact match.
 * @see Rajpurkar et al. 2016, SQuAD, section 6.1; Rajpurkar et al. 2018, Know What You Don't Know, for no answer; the official scripts
 */
export function answerF1(prediction: string, answers: readonly string[], form: SquadForm = "2.0"): number {
  return bestOf(prediction, answers, form, wordF1);
}

function wordF1(prediction: string, answer: string, form: SquadForm): number {
  const given = wordsOf(normalizeAnswer(prediction));
  const right = wordsOf(normalizeAnswer(answer));
  if (form === "2.0" && (given.length === 0 || right.length === 0)) return given.length === right.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of right) left.set(word, (left.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    same++;
    left.set(word, count - 1);
  }
  return same === 0 ? 0 : (2 * same) / (given.length + right.length);
}
