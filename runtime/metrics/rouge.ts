import { countNgrams, overlap, totalOf } from "./ngrams.ts";
import { porterStem } from "./porter-stemmer.ts";
import { sameLength } from "./ranks.ts";

export interface Rouge {
  /** All values are 0 to 1. */
  precision: number;
  recall: number;
  f1: number;
}

export const rougeVariants = ["rouge1", "rouge2", "rougeL", "rougeLsum"] as const;
export type RougeVariant = (typeof rougeVariants)[number];

export interface RougeOptions {
  /** Compares the stems of English words of more than three letters. */
  stem: boolean;
}

/**
 * ROUGE of a text, as Google's `rouge_score`. `rouge1` and `rouge2` count words and word bigrams, `rougeL` the longest common subsequence,
 * and `rougeLsum` that of each sentence (a line) with the whole other text. Of several references, the one with the best F1 counts.
 * @see Lin 2004, ROUGE: A Package for Automatic Evaluation of Summaries, sections 2 and 3
 */
export function rouge(text: string, references: readonly string[], variant: RougeVariant, { stem }: Partial<RougeOptions> = {}): Rouge {
  const scores = references.map((reference) => against(text, reference, variant, stem === true));
  return scores.reduce((best, each) => (each.f1 > best.f1 ? each : best));
}

/** The mean over all texts. */
export function corpusRouge(
  texts: readonly string[],
  references: readonly (readonly string[])[],
  variant: RougeVariant,
  options: Partial<RougeOptions> = {},
): Rouge {
  sameLength(references, texts);
  const scores = texts.map((text, i) => rouge(text, references[i]!, variant, options));
  const mean = (key: keyof Rouge) => (scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score[key], 0) / scores.length);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

function against(text: string, reference: string, variant: RougeVariant, stem: boolean): Rouge {
  if (variant === "rougeLsum") return bySentence(sentencesOf(text, stem), sentencesOf(reference, stem));
  const given = tokensOf(text, stem);
  const right = tokensOf(reference, stem);
  if (variant === "rougeL") return scoreOf(commonSubsequence(right, given).length, given.length, right.length);
  const n = variant === "rouge1" ? 1 : 2;
  const [givenNgrams, rightNgrams] = [countNgrams(given, n), countNgrams(right, n)];
  return scoreOf(overlap(givenNgrams, rightNgrams), totalOf(givenNgrams), totalOf(rightNgrams));
}

function scoreOf(matched: number, given: number, right: number): Rouge {
  const precision = given === 0 ? 0 : matched / given;
  const recall = right === 0 ? 0 : matched / right;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

/** The tokens of a text: runs of the letters a to z and digits. */
function tokensOf(text: string, stem: boolean): string[] {
  const tokens = text.toLowerCase().match(/[a-z0-9]+/gu) ?? [];
  return stem ? tokens.map((token) => (token.length > 3 ? porterStem(token) : token)) : tokens;
}

function sentencesOf(text: string, stem: boolean): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => tokensOf(line, stem));
}

/** Lin's union: a word of a reference sentence counts if it is in the longest common subsequence with any given sentence. */
function bySentence(given: readonly string[][], right: readonly string[][]): Rouge {
  const leftOf = (sentences: readonly string[][]) => countNgrams(sentences.flat(), 1);
  const [leftGiven, leftRight] = [leftOf(given), leftOf(right)];
  let matched = 0;
  for (const sentence of right) {
    const common = new Set(given.flatMap((other) => commonSubsequence(sentence, other)));
    for (const place of [...common].sort((a, b) => a - b)) {
      const word = sentence[place]!;
      // no word counts more often than it occurs in either text
      const [inGiven, inRight] = [leftGiven.get(word) ?? 0, leftRight.get(word) ?? 0];
      if (inGiven === 0 || inRight === 0) continue;
      matched++;
      leftGiven.set(word, inGiven - 1);
      leftRight.set(word, inRight - 1);
    }
  }
  return scoreOf(matched, given.flat().length, right.flat().length);
}

/** The indices in `a` of its longest common subsequence with `b`; of several, the one that the reference implementation finds. */
function commonSubsequence(a: readonly string[], b: readonly string[]): number[] {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      longest[at] = a[i - 1] === b[j - 1] ? longest[at - width - 1]! + 1 : Math.max(longest[at - width]!, longest[at - 1]!);
    }
  }
  const places: number[] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      places.push(i - 1);
      i--;
      j--;
    } else if (longest[i * width + j - 1]! > longest[(i - 1) * width + j]!) j--;
    else i--;
  }
  return places.reverse();
}
