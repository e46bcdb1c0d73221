import { wordsOf } from "./white-space.ts";

/**
 * The versions of SQuAD's scoring script. They differ if normalisation leaves nothing of an answer, as for questions without an answer,
 * which 1.1 does not have: if both are empty, F1 is 1 in 2.0 and 0 in 1.1.
 */
export type SquadForm = "1.1" | "2.0";

/** Normalises an answer: lower case, without ASCII punctuation and the articles a, an and the, with single spaces. */
export function normalizeAnswer(text: string): string {
  const bare = text.toLowerCase().replace(punctuation, "").replace(articles, " ");
  return wordsOf(bare).join(" ");
}

const punctuation = /[!-/:-@[-`{-~]/gu;
/** Articles with word boundaries as in Python, which consider all letters. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** The best score of a prediction over all correct answers; for a question without an answer, it is compared with the empty text. */
export function bestOf(
  prediction: string,
  answers: readonly string[],
  form: SquadForm,
  score: (prediction: string, answer: string, form: SquadForm) => number,
): number {
  const known = form === "2.0" ? answers.filter((answer) => normalizeAnswer(answer) !== "") : answers;
  const right = known.length > 0 ? known : [""];
  return Math.max(...right.map((answer) => score(prediction, answer, form)));
}
