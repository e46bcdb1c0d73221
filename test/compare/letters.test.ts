import { expect, test } from "vitest";
import { lettersOf } from "#runtime/contract/letters.ts";
import { random } from "#runtime/random/random.ts";

test("nothing differs: one letter for all; everything differs: one for each", () => {
  expect(lettersOf(3, () => false)).toEqual(["a", "a", "a"]);
  expect(lettersOf(3, () => true)).toEqual(["a", "b", "c"]);
});

test("overlapping groups share a member", () => {
  expect(lettersOf(3, (one, other) => one === 0 && other === 2)).toEqual(["a", "ab", "b"]);
});

test("eight members, of which 1–7, 1–8, 2–4, 2–5 and 3–5 differ", () => {
  const differ = ["0 6", "0 7", "1 3", "1 4", "2 4"];
  const letters = lettersOf(8, (one, other) => differ.includes(`${one} ${other}`));
  holds(letters, (one, other) => differ.includes(`${one} ${other}`));
});

test("any pattern: members differ exactly if they share no letter", () => {
  for (let round = 0; round < 50; round++) {
    const from = random("letters", round);
    const pattern = Array.from({ length: 64 }, () => from.uniform() < 0.4);
    const differ = (one: number, other: number) => pattern[one * 8 + other]!;
    holds(lettersOf(8, differ), differ);
  }
});

function holds(letters: readonly string[], differ: (one: number, other: number) => boolean): void {
  letters.forEach((one, index) => {
    letters.slice(index + 1).forEach((other, offset) => {
      expect([...one].some((letter) => other.includes(letter))).toBe(!differ(index, index + 1 + offset));
    });
  });
}
