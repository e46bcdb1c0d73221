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

test("tokens are guessed by their frequency in training, special ones by their share of the targets", () => {
  const targets = [5, 6, 7, 3];
  // 5, 6 and 7 occur 5, 5 and 1 times, and half a time more each: 12.5 together
  const probability: Record<number, number> = { 5: (0.75 * 5.5) / 12.5, 6: (0.75 * 5.5) / 12.5, 7: (0.75 * 1.5) / 12.5, 3: 0.25 };
  expect([5, 6, 7].map(countsOf)).toEqual([5, 5, 1]);
  const { guess, each } = guessTokens(targets, undefined, from);
  expect(guess.uniform).toBeCloseTo(Math.log(8), 12);
  expect([...each]).toEqual(targets.map((token) => expect.closeTo(-Math.log(probability[token]!), 12)));
  expect(guess.constant).toBeCloseTo(mean([...each]), 12);
  expect(guess).not.toHaveProperty("bigram");
});

test("a bigram is the count of the pair with the unigram as its prior, at the strength that guesses best", () => {
  const [before, targets] = [
    [2, 5, 6, 5, 6],
    [5, 6, 5, 6, 3],
  ];
  const unigram = (token: number) => (token === 3 ? 0.2 : (0.8 * (countsOf(token) + 0.5)) / 12.5);
  const pair = (i: number) => training.filter((token, at) => token === targets[i] && training[at - 1] === before[i]).length;
  const lossWith = (prior: number) =>
    mean(targets.map((token, i) => -Math.log((pair(i) + prior * unigram(token)) / (countsOf(before[i]!) + prior))));
  const { guess } = guessTokens(targets, before, from);
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
