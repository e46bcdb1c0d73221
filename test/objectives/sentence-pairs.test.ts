import { describe, expect, test } from "vitest";
import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import { exampleOf, layoutOf } from "#runtime/objectives/objective-table.ts";
import { sentencesOf } from "#runtime/objectives/segments.ts";
import { random } from "#runtime/random/random.ts";
import { fourDeviations, type Made, make, masked, middle, stream, vocabulary } from "./helpers.ts";

const whole = { ...masked, mask: 0, random: 0, keep: 1 };
const count = 10_000;

/** The two texts of each pair. */
function textsOf({ example }: Made): { first: number[]; second: number[]; label: number }[] {
  return example.pairs!.map(({ position, label }) => {
    const places = Array.from(example.tokens.keys()).filter((i) => example.segments[i] === example.segments[position]);
    const of = (type: number) => places.filter((i) => example.types![i] === type).map((i) => example.tokens[i]!);
    expect(example.tokens[position]).toBe(vocabulary.begin);
    expect([of(0)[0], of(0).at(-1), of(1).at(-1)]).toEqual([vocabulary.begin, vocabulary.end, vocabulary.end]);
    return { first: of(0).slice(1, -1), second: of(1).slice(0, -1), label };
  });
}

describe.each(["next", "order"] as const)("%s", (sentences) => {
  test("over 10,000 sequences half of the pairs are false, and each is what its class says", () => {
    let [pairs, wrong] = [0, 0];
    for (const made of make({ ...whole, sentences }, "encoder", (length, i) => stream(length, 40, i), count)) {
      const [text, other] = [made.window.join(" "), made.unrelated?.join(" ") ?? ""];
      for (const { first, second, label } of textsOf(made)) {
        pairs++;
        wrong += label;
        const joined = (label === 1 && sentences === "order" ? [...second, ...first] : [...first, ...second]).join(" ");
        if (label === 0 || sentences === "order") expect(text).toContain(joined);
        else expect(other).toContain(second.join(" "));
      }
    }
    expect(pairs).toBeGreaterThan(count);
    expect(Math.abs(wrong - pairs / 2)).toBeLessThan(fourDeviations(pairs, 0.5));
  });

  test("texts are cut after a sentence if there is one", () => {
    for (const made of make({ ...whole, sentences }, "encoder", middle, 1000)) {
      const ends = sentencesOf(made.window, vocabulary.endsSentence).map((sentence) => sentence.length);
      const cuts = ends.map((_, i) => ends.slice(0, i + 1).reduce((sum, length) => sum + length, 0));
      const [{ first, second, label }] = textsOf(made) as [ReturnType<typeof textsOf>[number]];
      const before = label === 1 && sentences === "order" ? second : first;
      if (ends.length > 1) expect(cuts.slice(0, -1)).toContain(before.length);
    }
  });
});

test("the masked tokens are 15% of the pair's, as without pairs", () => {
  let [predicted, maskable] = [0, 0];
  for (const { example } of make({ ...masked, sentences: "next" }, "encoder", middle, 1000)) {
    predicted += example.predict.length;
    maskable += example.tokens.filter((token, i) => token >= vocabulary.firstOrdinary || example.predict.includes(i)).length;
  }
  expect(predicted / maskable).toBeCloseTo(0.15, 2);
});

test("if the corpus has no other window, every text follows the other", () => {
  const settings = { ...whole, sentences: "next" } as const;
  const layout = layoutOf(settings, { architecture: "encoder", context: 32 });
  for (let seed = 0; seed < 50; seed++) {
    const example = exampleOf(settings, middle(29, seed), layout, vocabulary, random(seed), undefined);
    expect(example.pairs).toEqual([{ position: 0, label: 0 }]);
  }
});

test("a batch says where each pair's class is read", () => {
  const made = make({ ...whole, sentences: "order" }, "encoder", (length, i) => stream(length, 12, i), 3, 64);
  const { arrays } = assembleBatch(
    made.map(({ example }) => example),
    made[0]!.layout,
    vocabulary,
  );
  const { tokens, pair_positions, pair_weights, pair_labels } = arrays;
  const labels = Array.from(pair_labels!).filter((_, i) => pair_weights![i] === 1);
  expect(labels).toEqual(made.flatMap(({ example }) => example.pairs!.map(({ label }) => label)));
  expect(labels.length).toBeGreaterThan(3);
  for (const [i, position] of pair_positions!.entries()) if (pair_weights![i] === 1) expect(tokens![position]).toBe(vocabulary.begin);
});
