import { wordsOf } from "./white-space.ts";

/**
 * The two scoring scripts of SQuAD. They differ where nothing is left of an answer when it is normalised, as of a question without
 * answer, which 1.1 does not have: where both are empty, F1 is 1 in 2.0 and 0 in 1.1.
 */
export type SquadForm = "1.1" | "2.0";

/** Lower-case, without ASCII punctuation, without the articles a, an and the, with single spaces. */
export function normalizeAnswer(text: string): string {
  const bare = text.toLowerCase().replace(punctuation, "").replace(articles, " ");
  return wordsOf(bare).join(" ");
}

const punctuation = /[!-/:-@[-`{-~]/gu;
/** Python's word borders know all letters. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** The best score of a prediction over all right answers; of a question without answer it is scored against nothing. */
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
