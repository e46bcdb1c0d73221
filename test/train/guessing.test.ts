import { expect, test } from "vitest";
import type { Vocabulary } from "#runtime/objectives/objective.ts";
import { guessChoices, guessClasses, guessTokens } from "#runtime/train/guessing.ts";

const vocabulary: Vocabulary = {
  size: 8,
  pad: 0,
  unknown: 1,
  begin: 2,
  end: 3,
  mask: 4,
  firstOrdinary: 5,
  endOrdinary: 8,
  firstSentinel: 8,
  sentinels: 0,
  sentinelsDescend: false,
  wordStarts: (tokens) => tokens.map(() => true),
  endsSentence: () => false,
};

const training = [2, 5, 6, 5, 7, 3, 2, 5, 6, 6, 3, 2, 5, 6, 5, 6, 3];
const countsOf = (token: number) => training.filter((each) => each === token).length;
const from = {
  vocabulary,
  counts: () => Float64Array.from({ length: 8 }, (_, token) => countsOf(token)),
  pairs: (first: ArrayLike<number>, second: ArrayLike<number>) =>
    Float64Array.from(first, (token, i) => training.filter((each, at) => each === second[i] && training[at - 1] === token).length),
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const frequency = (token: number) => (countsOf(token) + 0.5) / 12.5;

test("tokens are guessed by their frequency in training, where the format has an ordinary one", () => {
  // 5, 6 and 7 occur 5, 5 and 1 times, and half a time more each: 12.5 together
  expect([5, 6, 7].map(countsOf)).toEqual([5, 5, 1]);
  // after what is special comes an ordinary token, after an ordinary one in two of three cases
  const [read, targets] = [
    [2, 5, 6, 7],
    [5, 6, 7, 3],
  ];
  const expected = [1 * frequency(5), (2 / 3) * frequency(6), (2 / 3) * frequency(7), 1 / 3].map((probability) => -Math.log(probability));
  const { guess, each } = guessTokens(targets, { read, continues: false }, from);
  expect(guess.uniform).toBeCloseTo(Math.log(8), 12);
  expect([...each]).toEqual(expected.map((loss) => expect.closeTo(loss, 12)));
  expect(guess.constant).toBeCloseTo(mean(expected), 12);
  expect(guess).not.toHaveProperty("bigram");
});

test("a bigram is the count of the pair with the unigram as its prior, at the strength that guesses best", () => {
  const [read, targets] = [
    [2, 5, 6, 5, 6],
    [5, 6, 5, 6, 3],
  ];
  const unigram = (token: number) => (token === 3 ? 0.2 : 0.8 * frequency(token));
  const pair = (i: number) => training.filter((token, at) => token === targets[i] && training[at - 1] === read[i]).length;
  const lossWith = (prior: number) =>
    mean(targets.map((token, i) => -Math.log((pair(i) + prior * unigram(token)) / (countsOf(read[i]!) + prior))));
  const { guess } = guessTokens(targets, { read, continues: true }, from);
  expect(guess.bigram).toBeCloseTo(Math.min(...[1, 4, 16, 64, 256, 1024, 4096].map(lossWith)), 12);
  expect(guess.bigram).toBeLessThan(guess.constant);
});

test("classes are guessed by their shares, choices evenly", () => {
  const { guess, each } = guessClasses([1, 0, 0, 0]);
  expect(guess.constant).toBeCloseTo(-(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)), 12);
  expect([...each]).toEqual([0.25, 0.75, 0.75, 0.75].map((share) => expect.closeTo(-Math.log(share), 12)));
  expect(guess.uniform).toBe(Math.LN2);
  expect(guessClasses([0, 0]).guess.constant).toBeCloseTo(0, 12);
  expect(guessChoices([4, 4, 16]).guess.constant).toBeCloseTo(mean([4, 4, 16].map(Math.log)), 12);
});
