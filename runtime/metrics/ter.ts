import { type EditTable, edits, editTable } from "./edit-distance.ts";
import { referenceCount } from "./ngrams.ts";
import { sameLength } from "./ranks.ts";
import { type TerOptions, terDefaults, terTokens } from "./ter-tokens.ts";

export interface Ter {
  /** Edits per 100 reference words; lower is better, and it can exceed 100. */
  score: number;
  edits: number;
  /** Mean length of the references in words, summed over the lines. */
  reference_length: number;
  signature: string;
}

/**
 * Translation edit rate of a corpus: insertions, deletions, substitutions and shifts of phrases, as sacreBLEU computes it after Tercom,
 * with its signature (without its version).
 * @param references one or more references of each hypothesis; the edits to the nearest are divided by their mean length
 * @see Snover et al. 2006, A Study of Translation Edit Rate with Targeted Human Annotation
 */
export function ter(hypotheses: readonly string[], references: readonly (readonly string[])[], given: Partial<TerOptions> = {}): Ter {
  const options = { ...terDefaults, ...given };
  sameLength(references, hypotheses);
  let edited = 0;
  let length = 0;
  hypotheses.forEach((hypothesis, i) => {
    const words = terTokens(hypothesis, options);
    const right = references[i]!.map((reference) => terTokens(reference, options));
    edited += Math.min(...right.map((each) => editsBetween(words, each)));
    length += right.reduce((sum, each) => sum + each.length, 0) / right.length;
  });
  const rate = length > 0 ? edited / length : Math.min(1, edited);
  return { score: 100 * rate, edits: edited, reference_length: length, signature: signatureOf(references, options) };
}

/** A function to TER from indices of lines, which may repeat. The edits of each line are computed only once. */
export function terOfLines(hypotheses: readonly string[], references: readonly (readonly string[])[]): (chosen: Int32Array) => number {
  const lines = hypotheses.map((hypothesis, i) => ter([hypothesis], [references[i]!]));
  return (chosen) => {
    let [edited, length] = [0, 0];
    for (const index of chosen) {
      edited += lines[index]!.edits;
      length += lines[index]!.reference_length;
    }
    return 100 * (length > 0 ? edited / length : Math.min(1, edited));
  };
}

/** TER of each line. */
export function sentenceTer(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: Partial<TerOptions> = {},
): number[] {
  sameLength(references, hypotheses);
  return hypotheses.map((hypothesis, i) => ter([hypothesis], [references[i]!], options).score);
}

const longestShift = 10;
const farthestShift = 50;
/** Maximum number of candidates for shifts of a line, after which the search ends. */
const maxCandidates = 1000;

/** Shifts phrases as long as that saves edits, then counts shifts and edits. */
function editsBetween(given: readonly string[], right: readonly string[]): number {
  if (right.length === 0) return given.length;
  const idOf = new Map<string, number>();
  const idsOf = (words: readonly string[]) =>
    Int32Array.from(words, (word) => {
      const id = idOf.get(word) ?? idOf.size;
      idOf.set(word, id);
      return id;
    });
  const target = idsOf(right);
  let words: Int32Array = idsOf(given);
  let table = editTable(words, target);
  let candidates = 0;
  for (let shifts = 0; ; shifts++) {
    const best = bestShift(words, target, table, candidates);
    candidates = best.candidates;
    if (candidates >= maxCandidates || best.saved <= 0) return shifts + table.distance;
    words = best.words;
    table = editTable(words, target);
  }
}

interface Shift {
  saved: number;
  length: number;
  from: number;
  to: number;
  words: Int32Array;
}

function bestShift(
  words: Int32Array,
  right: Int32Array,
  table: EditTable,
  before: number,
): { saved: number; words: Int32Array; candidates: number } {
  const { placeOf, wrong, missed } = alignmentOf(table.trace);
  let candidates = before;
  let best: Shift | null = null;
  for (const { from, target, length } of sharedStretches(words, right)) {
    // only phrases with a wrong word at their place and a missing word at the target
    if (!anyIn(wrong, from, length) || !anyIn(missed, target, length)) continue;
    const there = placeOf[target]!;
    if (from <= there && there < from + length) continue;
    let tried = -1;
    for (let offset = -1; offset < length; offset++) {
      const to = target + offset === -1 ? 0 : placeOf[target + offset]! + 1;
      if (to === tried) continue;
      tried = to;
      const moved = shifted(words, from, length, to);
      const shift = { saved: table.distance - table.distanceOf(moved, Math.min(from, to)), length, from, to, words: moved };
      candidates++;
      if (best === null || isBetter(shift, best)) best = shift;
    }
    if (candidates >= maxCandidates) break;
  }
  return { saved: best?.saved ?? 0, words: best?.words ?? words, candidates };
}

/** Tercom's order of shifts: the one that saves more edits, then the longer, then the earlier, then the one to an earlier place. */
function isBetter(a: Shift, b: Shift): boolean {
  return (a.saved - b.saved || a.length - b.length || b.from - a.from || b.to - a.to) > 0;
}

/** For each correct word, the index of the aligned given word or the one before it; and which words of both are wrong. */
function alignmentOf(trace: readonly number[]): { placeOf: number[]; wrong: boolean[]; missed: boolean[] } {
  const placeOf: number[] = [];
  const wrong: boolean[] = [];
  const missed: boolean[] = [];
  for (const op of trace) {
    const isWrong = op !== edits.none;
    if (op !== edits.insertion) wrong.push(isWrong);
    if (op !== edits.deletion) {
      missed.push(isWrong);
      placeOf.push(wrong.length - 1);
    }
  }
  return { placeOf, wrong, missed };
}

function anyIn(flags: readonly boolean[], start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if (flags[i]) return true;
  return false;
}

/** Phrases that both have, at places near each other. */
function* sharedStretches(words: Int32Array, right: Int32Array): Generator<{ from: number; target: number; length: number }> {
  for (let from = 0; from < words.length; from++) {
    const last = Math.min(right.length - 1, from + farthestShift);
    for (let target = Math.max(0, from - farthestShift); target <= last; target++) {
      const max = Math.min(longestShift, words.length - from, right.length - target);
      for (let length = 1; length <= max && words[from + length - 1] === right[target + length - 1]; length++) {
        yield { from, target, length };
      }
    }
  }
}

/** The words, with the `length` words from `from` on moved before the word at `to`. */
function shifted(words: Int32Array, from: number, length: number, to: number): Int32Array {
  const span = words.subarray(from, from + length);
  const parts =
    to < from
      ? [words.subarray(0, to), span, words.subarray(to, from), words.subarray(from + length)]
      : to > from + length
        ? [words.subarray(0, from), words.subarray(from + length, to), span, words.subarray(to)]
        : [words.subarray(0, from), words.subarray(from + length, length + to), span, words.subarray(length + to)];
  const moved = new Int32Array(words.length);
  let at = 0;
  for (const part of parts) {
    moved.set(part, at);
    at += part.length;
  }
  return moved;
}

function signatureOf(references: readonly (readonly string[])[], options: TerOptions): string {
  const yes = (value: boolean) => (value ? "yes" : "no");
  return [
    `nrefs:${referenceCount(references)}`,
    `case:${options.case_sensitive ? "mixed" : "lc"}`,
    "tok:tercom",
    `norm:${yes(options.normalized)}`,
    `punct:${yes(!options.no_punct)}`,
    `asian:${yes(options.asian_support)}`,
  ].join("|");
}
