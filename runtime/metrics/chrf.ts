import { countNgrams, overlap, referenceCount, totalOf } from "./ngrams.ts";
import { sameLength } from "./ranks.ts";
import { wordsOf } from "./white-space.ts";

/** Options of chrF, with sacreBLEU's names. */
export interface ChrfOptions {
  char_order: number;
  /** 0: chrF; 2: chrF++. */
  word_order: number;
  /** Weight of recall relative to precision. */
  beta: number;
  lowercase: boolean;
  /** Whether white space counts as characters. */
  whitespace: boolean;
  /** Averages the F-scores of the orders, with a tiny value for orders without a match, as chrF++.py does. */
  eps_smoothing: boolean;
}

export interface Chrf {
  /** 0 to 100. */
  score: number;
  signature: string;
}

export const chrfDefaults: ChrfOptions = {
  char_order: 6,
  word_order: 0,
  beta: 2,
  lowercase: false,
  whitespace: false,
  eps_smoothing: false,
};

/**
 * chrF of a corpus, or chrF++ with `word_order: 2`, as sacreBLEU computes them, with its signature (without its version).
 * @param references one or more references of each hypothesis, of which the one with the best score counts
 * @see Popović 2015, chrF: character n-gram F-score for automatic MT evaluation; Popović 2017, chrF++
 */
export function chrf(hypotheses: readonly string[], references: readonly (readonly string[])[], given: Partial<ChrfOptions> = {}): Chrf {
  const options = { ...chrfDefaults, ...given };
  sameLength(references, hypotheses);
  const orders = options.char_order + options.word_order;
  const sums: Order[] = Array.from({ length: orders }, () => ({ given: 0, right: 0, matched: 0 }));
  hypotheses.forEach((hypothesis, i) => {
    bestCounts(hypothesis, references[i]!, options).forEach((order, n) => {
      sums[n]!.given += order.given;
      sums[n]!.right += order.right;
      sums[n]!.matched += order.matched;
    });
  });
  return { score: scoreOf(sums, options), signature: signatureOf(references, options) };
}

/** A function to chrF from indices of lines, which may repeat. The n-grams of each line are counted only once. */
export function chrfOfLines(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  given: Partial<ChrfOptions> = {},
): (chosen: Int32Array) => number {
  const options = { ...chrfDefaults, ...given };
  const lines = hypotheses.map((hypothesis, i) => bestCounts(hypothesis, references[i]!, options));
  return (chosen) => {
    const sums: Order[] = Array.from({ length: options.char_order + options.word_order }, () => ({ given: 0, right: 0, matched: 0 }));
    for (const index of chosen) {
      lines[index]!.forEach((order, n) => {
        sums[n]!.given += order.given;
        sums[n]!.right += order.right;
        sums[n]!.matched += order.matched;
      });
    }
    return scoreOf(sums, options);
  };
}

/** chrF of each line. */
export function sentenceChrf(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: Partial<ChrfOptions> = {},
): number[] {
  sameLength(references, hypotheses);
  return hypotheses.map((hypothesis, i) => chrf([hypothesis], [references[i]!], options).score);
}

/** Numbers of n-grams of one order. */
interface Order {
  given: number;
  right: number;
  matched: number;
}

function bestCounts(hypothesis: string, references: readonly string[], options: ChrfOptions): Order[] {
  const given = ngramsOf(hypothesis, options);
  const candidates = references.map((reference) => {
    const right = ngramsOf(reference, options);
    return given.map((counts, n): Order => {
      const total = totalOf(right[n]!);
      // an order that the reference does not have counts on neither side
      return { given: total === 0 ? 0 : totalOf(counts), right: total, matched: overlap(counts, right[n]!) };
    });
  });
  const scores = candidates.map((orders) => scoreOf(orders, options));
  return candidates[scores.indexOf(Math.max(...scores))]!;
}

/** The n-grams of a text: of characters by order, then of words. */
function ngramsOf(text: string, options: ChrfOptions): Map<string, number>[] {
  const cased = options.lowercase ? text.toLowerCase() : text;
  const characters = Array.from(options.whitespace ? cased : wordsOf(cased).join(""));
  const words = options.word_order > 0 ? wordsOf(cased).flatMap(withoutPunctuation) : [];
  return [
    ...Array.from({ length: options.char_order }, (_, n) => countNgrams(characters, n + 1)),
    ...Array.from({ length: options.word_order }, (_, n) => countNgrams(words, n + 1)),
  ];
}

/** Separates punctuation at the end of a word, or else at its beginning, but not both, as chrF++.py does. */
function withoutPunctuation(word: string): string[] {
  const characters = Array.from(word);
  if (characters.length === 1) return [word];
  const [first, last] = [characters[0]!, characters.at(-1)!];
  if (punctuation.test(last)) return [word.slice(0, -1), last];
  return punctuation.test(first) ? [first, word.slice(1)] : [word];
}

const punctuation = /^[!-/:-@[-`{-~]$/u;

function scoreOf(orders: readonly Order[], { beta, eps_smoothing }: ChrfOptions): number {
  const tiny = 1e-16;
  const factor = beta ** 2;
  let ofEach = 0;
  let [precision, recall, effective] = [0, 0, 0];
  for (const { given, right, matched } of orders) {
    const p = given > 0 ? matched / given : tiny;
    const r = right > 0 ? matched / right : tiny;
    const denominator = factor * p + r;
    ofEach += denominator > 0 ? ((1 + factor) * p * r) / denominator : tiny;
    if (given === 0 || right === 0) continue;
    precision += p;
    recall += r;
    effective++;
  }
  if (eps_smoothing) return (100 * ofEach) / orders.length;
  if (precision + recall === 0) return 0;
  const [p, r] = [precision / effective, recall / effective];
  return (100 * (1 + factor) * p * r) / (factor * p + r);
}

function signatureOf(references: readonly (readonly string[])[], options: ChrfOptions): string {
  return [
    `nrefs:${referenceCount(references)}`,
    `case:${options.lowercase ? "lc" : "mixed"}`,
    `eff:${options.eps_smoothing ? "no" : "yes"}`,
    `nc:${options.char_order}`,
    `nw:${options.word_order}`,
    `space:${options.whitespace ? "yes" : "no"}`,
  ].join("|");
}
