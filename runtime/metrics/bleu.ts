import { type BleuTokenizer, bleuTokens } from "./bleu-tokenizers.ts";
import { countNgrams, referenceCount } from "./ngrams.ts";
import { sameLength } from "./ranks.ts";
import { trimEnd } from "./white-space.ts";

/** Options of BLEU, with sacreBLEU's names. */
export interface BleuOptions {
  tokenize: BleuTokenizer;
  lowercase: boolean;
  /** Smoothing of orders without a match. `floor` is method 1 of Chen and Cherry 2014, `add-k` is 2, `exp` is 3. */
  smooth_method: "exp" | "floor" | "add-k" | "none";
  /** Value for `floor` and `add-k`; null: 0.1 and 1. */
  smooth_value: number | null;
  max_ngram_order: number;
  /** Ignores n-gram orders for which a text is too short. */
  effective_order: boolean;
}

export interface Bleu {
  /** 0 to 100. */
  score: number;
  /** Precision of each order, 0 to 100. */
  precisions: number[];
  brevity_penalty: number;
  hypothesis_length: number;
  reference_length: number;
  signature: string;
}

export const bleuDefaults: BleuOptions = {
  tokenize: "13a",
  lowercase: false,
  smooth_method: "exp",
  smooth_value: null,
  max_ngram_order: 4,
  effective_order: false,
};

/**
 * BLEU of a corpus, with sacreBLEU's tokenizers, smoothing and signature (without its version).
 * @param references one or more references of each hypothesis
 * @see Papineni et al. 2002, section 2.3; Post 2018, A Call for Clarity in Reporting BLEU Scores
 */
export function bleu(hypotheses: readonly string[], references: readonly (readonly string[])[], given: Partial<BleuOptions> = {}): Bleu {
  const options = { ...bleuDefaults, ...given };
  sameLength(references, hypotheses);
  const sums = noCounts(options.max_ngram_order);
  hypotheses.forEach((hypothesis, i) => {
    addCounts(sums, hypothesis, references[i]!, options);
  });
  return { ...scoreOf(sums, options), signature: signatureOf(references, options) };
}

/** A function to BLEU from indices of lines, which may repeat. The n-grams of each line are counted only once. */
export function bleuOfLines(hypotheses: readonly string[], references: readonly (readonly string[])[]): (chosen: Int32Array) => number {
  const orders = bleuDefaults.max_ngram_order;
  const lines = hypotheses.map((hypothesis, i) => {
    const counts = noCounts(orders);
    addCounts(counts, hypothesis, references[i]!, bleuDefaults);
    return counts;
  });
  return (chosen) => {
    const sums = noCounts(orders);
    for (const index of chosen) {
      const { right, all, length, referenceLength } = lines[index]!;
      for (let n = 0; n < orders; n++) {
        sums.right[n]! += right[n]!;
        sums.all[n]! += all[n]!;
      }
      sums.length += length;
      sums.referenceLength += referenceLength;
    }
    return scoreOf(sums, bleuDefaults).score;
  };
}

/** BLEU of each line. */
export function sentenceBleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: Partial<BleuOptions> = {},
): number[] {
  sameLength(references, hypotheses);
  return hypotheses.map((hypothesis, i) => bleu([hypothesis], [references[i]!], { effective_order: true, ...options }).score);
}

interface Counts {
  /** Matches by order, starting with 1-grams. */
  right: number[];
  all: number[];
  length: number;
  referenceLength: number;
}

function noCounts(orders: number): Counts {
  return { right: new Array(orders).fill(0), all: new Array(orders).fill(0), length: 0, referenceLength: 0 };
}

function addCounts(sums: Counts, hypothesis: string, references: readonly string[], options: BleuOptions): void {
  const tokensOf = (text: string) => bleuTokens(trimEnd(options.lowercase ? text.toLowerCase() : text), options.tokenize);
  const given = tokensOf(hypothesis);
  const right = references.map(tokensOf);
  sums.length += given.length;
  sums.referenceLength += closestLength(
    given.length,
    right.map(({ length }) => length),
  );
  for (let n = 1; n <= options.max_ngram_order; n++) {
    const known = right.map((tokens) => countNgrams(tokens, n));
    for (const [ngram, count] of countNgrams(given, n)) {
      sums.all[n - 1]! += count;
      sums.right[n - 1]! += Math.min(count, Math.max(0, ...known.map((counts) => counts.get(ngram) ?? 0)));
    }
  }
}

/** The reference length that is nearest to that of the hypothesis, and the shorter of two equally near ones. */
function closestLength(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, each) => {
    const nearer = Math.abs(each - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && each < best) ? each : best;
  });
}

function scoreOf({ right, all, length, referenceLength }: Counts, options: BleuOptions): Omit<Bleu, "signature"> {
  const value = options.smooth_value ?? { floor: 0.1, "add-k": 1, exp: 0, none: 0 }[options.smooth_method];
  const precisions = new Array<number>(options.max_ngram_order).fill(0);
  const brevity = length >= referenceLength ? 1 : length > 0 ? Math.exp(1 - referenceLength / length) : 0;
  const rest = { precisions, brevity_penalty: brevity, hypothesis_length: length, reference_length: referenceLength };
  if (right.every((count) => count === 0)) return { score: 0, ...rest };
  let halving = 1;
  let orders = options.max_ngram_order;
  for (let n = 1; n <= options.max_ngram_order; n++) {
    const added = options.smooth_method === "add-k" && n > 1 ? value : 0;
    const matched = right[n - 1]! + added;
    const total = all[n - 1]! + added;
    if (total === 0) break;
    if (options.effective_order) orders = n;
    if (matched > 0) precisions[n - 1] = (100 * matched) / total;
    else if (options.smooth_method === "exp") {
      halving *= 2;
      precisions[n - 1] = 100 / (halving * total);
    } else if (options.smooth_method === "floor") precisions[n - 1] = (100 * value) / total;
  }
  const logs = precisions.slice(0, orders).map((precision) => Math.log(precision));
  return { score: brevity * Math.exp(logs.reduce((sum, log) => sum + log, 0) / orders), ...rest };
}

/** Tokenizers with another name in signatures: an older name, and the versions of MeCab and its dictionary that `mecabWords` follows. */
const signatures = { spm: "flores101", "ja-mecab": "ja-mecab-0.996-IPA", "ko-mecab": "ko-mecab-0.996/ko-0.9.2-KO" };

function signatureOf(references: readonly (readonly string[])[], options: BleuOptions): string {
  const value = options.smooth_value ?? (options.smooth_method === "floor" ? 0.1 : 1);
  const takesValue = options.smooth_method === "floor" || options.smooth_method === "add-k";
  return [
    `nrefs:${referenceCount(references)}`,
    `case:${options.lowercase ? "lc" : "mixed"}`,
    `eff:${options.effective_order ? "yes" : "no"}`,
    `tok:${signatures[options.tokenize as keyof typeof signatures] ?? options.tokenize}`,
    `smooth:${options.smooth_method}${takesValue ? `[${value.toFixed(2)}]` : ""}`,
  ].join("|");
}
