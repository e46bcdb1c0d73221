import { describe, expect, test } from "vitest";
import { drawNoise, hideTokens, noisedTokens, permuteSentences, rotateText } from "#runtime/objectives/denoising.ts";
import { sentencesOf } from "#runtime/objectives/segments.ts";
import { random } from "#runtime/random/random.ts";
import { denoising, fourDeviations, make, middle, stream, sum, vocabulary } from "./helpers.ts";

describe("figure 2 of Lewis et al. 2020", () => {
  const letters = ["A", "B", "C", ".", "D", "E", ".", "_"];
  const text = [0, 1, 2, 3, 4, 5, 6];
  const mask = 7;
  const written = (ids: readonly number[]) => ids.map((id) => letters[id]).join(" ");
  const [keep, hide, drop] = [{ kind: "keep" }, { kind: "mask" }, { kind: "delete" }] as const;
  const span = (length: number) => ({ kind: "span", length }) as const;

  test("token masking", () => {
    expect(written(hideTokens(text, [keep, hide, keep, keep, hide, keep, keep], mask))).toBe("A _ C . _ E .");
  });

  test("token deletion", () => {
    // the figure prints a full stop after A, which no deletion puts there
    expect(written(hideTokens(text, [keep, drop, keep, keep, drop, keep, keep], mask))).toBe("A C . E .");
  });

  test("text infilling: a span of two and one of none", () => {
    expect(written(hideTokens(text, [keep, span(2), keep, keep, span(0), keep, keep], mask))).toBe("A _ . D _ E .");
  });

  test("sentence permutation", () => {
    const sentences = sentencesOf(text, (token) => letters[token] === ".");
    expect(sentences.map(written)).toEqual(["A B C .", "D E ."]);
    expect(written(permuteSentences(sentences, [1, 0]))).toBe("D E . A B C .");
  });

  test("document rotation", () => {
    expect(written(rotateText(text, 2))).toBe("C . D E . A B");
  });
});

const isMask = (token: number) => token === vocabulary.mask;
const count = 10_000;

test("over 10,000 sequences: the rate is exact, lengths of spans are Poisson 3, the target is the text", () => {
  const length = 63;
  const { infilled, spans } = noisedTokens(length, denoising);
  expect([infilled, spans]).toEqual([19, 6]);
  const lengths: number[] = [];
  for (let seed = 0; seed < count; seed++) {
    const noise = drawNoise(length, denoising, random(seed));
    const drawn = noise.flatMap((each) => (each.kind === "span" ? [each.length] : []));
    expect([drawn.length, sum(drawn), noise.length]).toEqual([spans, infilled, length - infilled + spans]);
    lengths.push(...drawn);
  }
  const n = lengths.length;
  const share = (k: number) => lengths.filter((each) => each === k).length / n;
  // of 19 tokens each falls into one of 6 spans: binomial, mean 19/6, which is Poisson's as the text grows
  const p = 1 / spans;
  const binomial = (k: number) => choose(infilled, k) * p ** k * (1 - p) ** (infilled - k);
  for (let k = 0; k <= 8; k++) expect(Math.abs(share(k) * n - binomial(k) * n)).toBeLessThan(1.5 * fourDeviations(n, binomial(k)));
  for (const { window, example, layout } of make(denoising, "encoder-decoder", middle, count)) {
    expect(example.targets).toEqual([...window, vocabulary.end]);
    expect(example.tokens.filter(isMask)).toHaveLength(spans);
    expect(example.tokens).toHaveLength(layout.window - infilled + spans + 1);
  }
});

test("in a long text the lengths of spans come near to Poisson 3", () => {
  const lengths = Array.from({ length: 50 }, (_, seed) => drawNoise(3000, denoising, random(seed))).flatMap((noise) =>
    noise.flatMap((each) => (each.kind === "span" ? [each.length] : [])),
  );
  const n = lengths.length;
  let poisson = Math.exp(-3);
  for (let k = 0; k <= 8; k++) {
    const found = lengths.filter((each) => each === k).length;
    expect(Math.abs(found - n * poisson)).toBeLessThan(1.2 * fourDeviations(n, poisson));
    poisson *= 3 / (k + 1);
  }
});

test("spans may be anywhere between the other tokens", () => {
  const { infilled, spans } = noisedTokens(40, denoising);
  const places = new Array<number>(40 - infilled + spans).fill(0);
  for (let seed = 0; seed < count; seed++) {
    for (const [at, { kind }] of drawNoise(40, denoising, random(seed)).entries()) if (kind === "span") places[at] = places[at]! + 1;
  }
  const p = spans / places.length;
  for (const found of places) expect(Math.abs(found - count * p)).toBeLessThan(fourDeviations(count, p));
});

test("each noise alone does what it says", () => {
  const none = { ...denoising, infill: 0 };
  for (const { window, example } of make({ ...none, mask: 0.2 }, "encoder-decoder", middle, 200)) {
    expect(example.tokens.filter(isMask)).toHaveLength(Math.round(0.2 * window.length));
    expect(example.tokens.slice(0, -1).every((token, i) => isMask(token) || token === window[i])).toBe(true);
  }
  for (const { window, example } of make({ ...none, delete: 0.2 }, "encoder-decoder", middle, 200)) {
    const kept = example.tokens.slice(0, -1);
    expect(kept).toHaveLength(window.length - Math.round(0.2 * window.length));
    expect(isSubsequence(kept, window)).toBe(true);
  }
  for (const { window, example } of make({ ...none, rotate: true }, "encoder-decoder", rising, 200)) {
    const start = window.indexOf(example.tokens[0]!);
    expect(example.tokens.slice(0, -1)).toEqual([...window.slice(start), ...window.slice(0, start)]);
  }
  let moved = 0;
  for (const { window, example } of make({ ...none, permuteSentences: true }, "encoder-decoder", middle, 200)) {
    const sentences = sentencesOf(window, vocabulary.endsSentence).map((sentence) => sentence.join(" "));
    const text = example.tokens.slice(0, -1);
    expect(text.toSorted()).toEqual(window.toSorted());
    for (const sentence of sentences) expect(text.join(" ")).toContain(sentence);
    if (text.join(" ") !== window.join(" ")) moved++;
  }
  expect(moved).toBeGreaterThan(100);
});

test("rotation starts everywhere, sentences come in every order", () => {
  const starts = new Map<number, number>();
  for (const { window, example } of make({ ...denoising, infill: 0, rotate: true }, "encoder-decoder", rising, count, 9)) {
    const at = window.indexOf(example.tokens[0]!);
    starts.set(at, (starts.get(at) ?? 0) + 1);
  }
  expect([...starts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const found of starts.values()) expect(Math.abs(found - count / 8)).toBeLessThan(1.2 * fourDeviations(count, 1 / 8));
});

test("together the shares are still shares of the text, and hold in each document", () => {
  const together = { ...denoising, infill: 0.3, delete: 0.1, mask: 0.2, permuteSentences: true, rotate: true };
  let [tokens, shown] = [0, 0];
  for (const { example } of make(together, "encoder-decoder", (length, i) => stream(length, 200, i), 2000)) {
    tokens += example.targets.filter((token) => token !== vocabulary.end).length;
    shown += example.tokens.filter((token) => token >= vocabulary.firstOrdinary).length;
  }
  expect(1 - shown / tokens).toBeCloseTo(0.6, 2);
});

/** Distinct tokens. */
function rising(length: number): number[] {
  return Array.from({ length }, (_, i) => 100 + i);
}

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k;
}

function isSubsequence(part: readonly number[], whole: readonly number[]): boolean {
  let at = 0;
  for (const token of whole) if (token === part[at]) at++;
  return at === part.length;
}
