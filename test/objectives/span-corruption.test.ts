import { describe, expect, test } from "vitest";
import { noiseLengths, randomSpansMask } from "#runtime/objectives/noise-mask.ts";
import type { TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { corruptSpans } from "#runtime/objectives/span-corruption.ts";
import { random } from "#runtime/random/random.ts";
import { fourDeviations, type Made, make, middle, spanCorruption, stream, sum, vocabulary } from "./helpers.ts";

describe("the examples of Raffel et al. 2020", () => {
  const words = "Thank you for inviting me to your party last week".split(" ");
  const names = ["<X>", "<Y>", "<Z>"];
  const special = { firstSentinel: words.length, sentinels: names.length, sentinelsDescend: false, mask: words.length + names.length };
  const written = (ids: number[]) => ids.map((id) => words[id] ?? names[id - words.length] ?? "<M>").join(" ");
  const corrupted = (hidden: string[], replace: Settings["replace"], target: Settings["target"]) => {
    const made = corruptSpans(
      words.map((_, i) => i),
      words.map((word) => hidden.includes(word)),
      { ...(replace ? { replace } : {}), ...(target ? { target } : {}) },
      special,
    );
    return { input: written(made.input), target: written(made.target) };
  };

  test("figure 2", () => {
    expect(corrupted(["for", "inviting", "last"], undefined, undefined)).toEqual({
      input: "Thank you <X> me to your party <Y> week",
      target: "<X> for inviting <Y> last <Z>",
    });
  });

  test.each([
    ["MASS-style", ["for", "inviting", "last"], "masks", "text", "Thank you <M> <M> me to your party <M> week", words.join(" ")],
    [
      "replace spans",
      ["for", "inviting", "last"],
      undefined,
      undefined,
      "Thank you <X> me to your party <Y> week",
      "<X> for inviting <Y> last <Z>",
    ],
    ["drop tokens", ["for", "inviting", "last"], "drop", undefined, "Thank you me to your party week", "for inviting last"],
    [
      "random spans",
      ["for", "inviting", "me", "your", "party", "last"],
      undefined,
      undefined,
      "Thank you <X> to <Y> week",
      "<X> for inviting me <Y> your party last <Z>",
    ],
  ] as const)("table 3, %s", (_, hidden, replace, target, input, requested) => {
    expect(corrupted([...hidden], replace, target)).toEqual({ input, target: requested });
  });

  test("one mask per span, and the target of MASS' decoder: the hidden fragment", () => {
    const hidden = ["for", "inviting", "me"];
    expect(corrupted(hidden, "mask", "text")).toEqual({ input: "Thank you <M> to your party last week", target: words.join(" ") });
    expect(corrupted(hidden, "masks", undefined)).toEqual({
      input: "Thank you <M> <M> <M> to your party last week",
      target: "for inviting me",
    });
  });
});

describe("the noise mask", () => {
  test.each([
    // random_spans_noise_mask of the released code: rounding is to even, at least one token hidden, one not, one span
    [2, 0.15, 3, 1, 1],
    [10, 0.15, 3, 2, 1],
    [64, 0.15, 3, 10, 3],
    [512, 0.15, 3, 77, 26],
    [568, 0.15, 3, 85, 28],
    [30, 0.15, 3, 4, 1],
    [100, 0.5, 3, 50, 17],
    [3, 0.9, 1, 2, 1],
  ])("of %i tokens at rate %f and mean span %i hides %i in %i spans", (length, rate, meanSpan, noise, spans) => {
    expect(noiseLengths(length, rate, meanSpan)).toEqual({ noise, spans });
    for (let seed = 0; seed < 50; seed++) {
      const mask = randomSpansMask(length, rate, meanSpan, random(seed));
      const starts = Array.from(mask).filter((bit, i) => bit === 1 && mask[i - 1] !== 1).length;
      expect([mask.length, sum(Array.from(mask)), starts]).toEqual([length, noise, spans]);
      expect([mask[0], mask[length - 1]]).toEqual([0, 1]);
    }
  });

  test("every segmentation is equally likely", () => {
    // 6 hidden tokens in 2 spans: the first has 1 … 5, each one fifth of the time
    const counts = [0, 0, 0, 0, 0];
    for (let seed = 0; seed < 5000; seed++) {
      const mask = randomSpansMask(40, 0.15, 3, random(seed, "segmentation"));
      const first = mask.indexOf(1);
      const length = mask.indexOf(0, first) - first;
      counts[length - 1] = (counts[length - 1] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(fourDeviations(5000, 0.2));
  });
});

type Settings = Extract<TextObjectiveSettings, { kind: "span_corruption" }>;

const isSentinel = (token: number) => token >= vocabulary.firstSentinel;

/** Input and target of each segment; in a decoder they follow one another. */
function parts({ example }: Made): { input: number[]; target: number[] }[] {
  return [...new Set(example.segments)].map((segment) => {
    const input = example.tokens.filter((_, i) => example.segments[i] === segment && example.prefix?.[i] !== 0);
    const segments = example.decoder?.segments ?? example.segments;
    return { input, target: example.targets.filter((_, i) => segments[example.predict[i] as number] === segment) };
  });
}

/** The text again: each sentinel of the input replaced by the tokens after it in the target. */
function restored(input: number[], target: number[]): number[] {
  return input.flatMap((token) => {
    if (!isSentinel(token)) return [token];
    const start = target.indexOf(token) + 1;
    const length = target.slice(start).findIndex((other) => isSentinel(other) || other === vocabulary.end);
    return target.slice(start, start + length);
  });
}

describe.each(["encoder-decoder", "decoder"] as const)("in an %s", (architecture) => {
  test("sentinels are in order, each once on either side, and the target restores the text", () => {
    let count = 0;
    for (const made of make(spanCorruption, architecture, (length, i) => stream(length, 40, i), 1000)) {
      for (const { input, target } of parts(made)) {
        const sentinels = input.filter(isSentinel);
        expect(sentinels).toEqual(sentinels.map((_, i) => vocabulary.firstSentinel + i));
        expect(target.filter(isSentinel)).toEqual(sentinels);
        expect(sentinels.length).toBeGreaterThan(0);
        expect([input.at(-1), target.at(-1)]).toEqual([vocabulary.end, vocabulary.end]);
        const text = restored(input.slice(0, -1), target);
        expect(made.window.join(" ")).toContain(text.join(" "));
        count++;
      }
    }
    expect(count).toBeGreaterThan(1000);
  });

  test("rate and mean span are those declared", () => {
    const made = make(spanCorruption, architecture, middle, 10_000, 128);
    const all = made.flatMap(parts);
    const hidden = sum(all.map(({ target }) => target.filter((token) => !isSentinel(token)).length - 1));
    const spans = sum(all.map(({ input }) => input.filter(isSentinel).length));
    expect(all).toHaveLength(10_000);
    expect(hidden / sum(made.map(({ window }) => window.length))).toBeCloseTo(0.15, 2);
    expect(Math.abs(hidden / spans - 3)).toBeLessThan(0.2);
    for (const { example, layout } of made) expect(example.predict).toHaveLength(layout.predicted);
  });
});

test("an encoder-decoder's decoder reads <s> and its target, shifted by one", () => {
  for (const { example } of make(spanCorruption, "encoder-decoder", (length, i) => stream(length, 40, i), 300)) {
    const targetAt = new Map(example.predict.map((position, i) => [position, example.targets[i]]));
    example.decoder?.tokens.forEach((token, i) => {
      const begins = example.decoder?.positions[i] === 0;
      expect(token).toBe(begins ? vocabulary.begin : targetAt.get(i - 1));
      expect(targetAt.has(i)).toBe(true);
    });
  }
});

test("a decoder reads input and target in one sequence, and only the target is predicted", () => {
  for (const { example } of make(spanCorruption, "decoder", (length, i) => stream(length, 40, i), 300)) {
    example.predict.forEach((position, i) => {
      const next = example.segments[position + 1] === example.segments[position] ? example.tokens[position + 1] : undefined;
      if (next !== undefined) expect(next).toBe(example.targets[i]);
      else expect(example.targets[i]).toBe(vocabulary.end);
      if (next !== undefined) expect(example.prefix?.[position + 1]).toBe(0);
    });
  }
});

test("a document of one token has nothing to predict", () => {
  const { begin, end } = vocabulary;
  const made = make(spanCorruption, "encoder-decoder", () => [begin, 10, end, begin, end, begin, 11, 12, end], 1);
  expect(made[0]?.example).toEqual({
    tokens: [begin, 11, vocabulary.firstSentinel, end],
    positions: [0, 1, 2, 3],
    segments: [3, 3, 3, 3],
    decoder: { tokens: [begin, vocabulary.firstSentinel, 12], positions: [0, 1, 2], segments: [3, 3, 3] },
    predict: [0, 1, 2],
    targets: [vocabulary.firstSentinel, 12, end],
  });
});

test.each(["mask", "masks", "drop"] as const)(
  "replace: %s, over 10,000 sequences: rate, spans and target are those declared",
  (replace) => {
    for (const target of [undefined, "text"] as const) {
      const settings = { ...spanCorruption, replace, ...(target ? { target } : {}) };
      let [masks, spans, hidden, wrong] = [0, 0, 0, 0];
      const made = make(settings, "encoder-decoder", middle, 10_000, 41);
      for (const { window, example, layout } of made) {
        const input = example.tokens.filter((token) => token !== vocabulary.end);
        const shown = input.filter((token) => token !== vocabulary.mask);
        masks += input.length - shown.length;
        spans += input.filter((token, i) => token === vocabulary.mask && input[i - 1] !== token).length;
        hidden += window.length - shown.length;
        const written = example.targets.slice(0, -1);
        const right = target === "text" ? written.join() === window.join() : written.length === window.length - shown.length;
        if (!right || example.predict.length !== layout.predicted) wrong++;
      }
      const length = made[0]!.window.length;
      const drawn = noiseLengths(length, 0.15, 3);
      expect(Math.abs(drawn.noise - 0.15 * length)).toBeLessThanOrEqual(0.5);
      expect([hidden / 10_000, wrong]).toEqual([drawn.noise, 0]);
      expect(masks / 10_000).toBe({ mask: drawn.spans, masks: drawn.noise, drop: 0 }[replace]);
      if (replace !== "drop") expect(spans / 10_000).toBe(drawn.spans);
    }
  },
);
