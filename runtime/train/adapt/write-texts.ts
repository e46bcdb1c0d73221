import type { ResolvedModel } from "../../contract/plan.ts";
import { assembleBatch } from "../../data/batch.ts";
import type { Example, Vocabulary } from "../../objectives/objective.ts";
import type { Part } from "../../programs/training.ts";
import type { Trainer } from "../trainer.ts";
import { smallestWritingPart, writtenExample } from "./writing-parts.ts";

type TextPart = Extract<Part, { kind: "text" }>;

export interface Writing {
  trainer: Pick<Trainer, "next">;
  parts: readonly TextPart[];
  model: Pick<ResolvedModel, "architecture">;
  vocabulary: Vocabulary;
  /** Rows of a batch. */
  batch: number;
  /** Hypotheses that are kept of each text; at most `batch`. */
  beams: number;
  /** Tokens of a text at the most. */
  longest: number;
}

/** A text as far as it is written. */
interface Hypothesis {
  tokens: number[];
  /** Σ log p */
  score: number;
  done: boolean;
}

/**
 * What the model writes for each source: by beam search, and with one beam the likeliest token always. Of the finished hypotheses the
 * one with the highest mean log-probability of its tokens is taken (Wu et al. 2016, section 7, with the length penalty's α = 1).
 */
export async function writeTexts(sources: readonly (readonly number[])[], writing: Writing): Promise<number[][]> {
  const { batch, beams } = writing;
  const at = Math.max(1, Math.floor(batch / beams));
  const order = Array.from(sources.keys()).sort((a, b) => sources[a]!.length - sources[b]!.length);
  const written: number[][] = new Array(sources.length);
  for (let start = 0; start < order.length; start += at) {
    const indices = order.slice(start, start + at);
    const texts = await writeTogether(
      indices.map((index) => sources[index]!),
      writing,
    );
    for (const [i, index] of indices.entries()) written[index] = texts[i]!;
  }
  return written;
}

async function writeTogether(sources: readonly (readonly number[])[], writing: Writing): Promise<number[][]> {
  const { beams, vocabulary } = writing;
  let texts: Hypothesis[][] = sources.map(() => [{ tokens: [], score: 0, done: false }]);
  for (let length = 0; length < writing.longest && texts.some(isOpen); length++) {
    const open = texts.flatMap((hypotheses, text) => hypotheses.filter(({ done }) => !done).map((hypothesis) => ({ text, hypothesis })));
    const pairs = open.map(({ text, hypothesis }) => ({ source: sources[text]!, target: hypothesis.tokens }));
    const part = smallestWritingPart(writing.parts, pairs);
    if (!part) break;
    const logits = await nextLogits(part, pairs, writing);
    const candidates = texts.map((hypotheses) => hypotheses.filter(({ done }) => done));
    for (const [row, { text, hypothesis }] of open.entries()) {
      for (const { token, logProbability } of likeliest(
        logits.subarray(row * vocabulary.size, (row + 1) * vocabulary.size),
        beams,
        vocabulary,
      )) {
        const done = token === vocabulary.end;
        const tokens = done ? hypothesis.tokens : [...hypothesis.tokens, token];
        candidates[text]!.push({ tokens, score: hypothesis.score + logProbability, done });
      }
    }
    texts = candidates.map((each) => each.sort((a, b) => rank(b) - rank(a)).slice(0, beams));
  }
  return texts.map((hypotheses) => (hypotheses.find(({ done }) => done) ?? hypotheses[0]!).tokens);
}

/** Open while one of the hypotheses may still go on to be the best. */
function isOpen(hypotheses: readonly Hypothesis[]): boolean {
  return !hypotheses[0]!.done;
}

function rank({ tokens, score, done }: Hypothesis): number {
  return score / Math.max(1, tokens.length + (done ? 1 : 0));
}

async function nextLogits(
  part: TextPart,
  pairs: readonly { source: readonly number[]; target: readonly number[] }[],
  { trainer, model, vocabulary, batch }: Writing,
): Promise<Float32Array> {
  const examples: Example[] = Array.from({ length: batch }, (_, row) => {
    const pair = pairs[row] ?? { source: [], target: [] };
    const example = writtenExample(pair, model, vocabulary);
    // only what follows the last token is asked
    return { ...example, predict: example.predict.slice(-1), targets: example.targets.slice(-1) };
  });
  const { arrays } = assembleBatch(examples, { ...part.layout, predicted: 1 }, vocabulary);
  const { logits } = await trainer.next(part, arrays);
  return logits as Float32Array;
}

/** The likeliest tokens that can follow: ordinary ones, sentinels and the end. */
function likeliest(logits: Float32Array, count: number, { end, firstOrdinary }: Vocabulary): { token: number; logProbability: number }[] {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > largest) largest = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - largest);
  const normaliser = largest + Math.log(total);
  const best: { token: number; logProbability: number }[] = [];
  for (let token = 0; token < logits.length; token++) {
    if (token < firstOrdinary && token !== end) continue;
    const logProbability = logits[token]! - normaliser;
    if (best.length === count && logProbability <= best.at(-1)!.logProbability) continue;
    const place = best.findIndex((each) => each.logProbability < logProbability);
    best.splice(place < 0 ? best.length : place, 0, { token, logProbability });
    best.length = Math.min(best.length, count);
  }
  return best;
}
