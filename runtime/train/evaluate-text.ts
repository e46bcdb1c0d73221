import type { EncodeResult, Score } from "../contract/artifacts.ts";
import type { Split } from "../contract/spec.ts";
import { assembleBatch } from "../data/batch.ts";
import { openTokens, type TokenStream } from "../data/token-stream.ts";
import { evaluationWindows } from "../data/windows.ts";
import { bitsPerByte } from "../metrics/bits-per-byte.ts";
import { perplexity } from "../metrics/perplexity.ts";
import { pseudoPerplexity } from "../metrics/pseudo-perplexity.ts";
import type { Example, Vocabulary } from "../objectives/objective.ts";
import { segmentsOf } from "../objectives/segments.ts";
import { exampleOf, type TextObjectiveSettings } from "../objectives/table.ts";
import type { Part } from "../programs/training.ts";
import { random } from "../random/random.ts";
import type { Trainer } from "./trainer.ts";

export interface TextPart {
  objective: TextObjectiveSettings;
  part: Extract<Part, { kind: "text" }>;
}

export interface TextEvaluation {
  trainer: Pick<Trainer, "evaluate">;
  /** Folder and result of the encode job. */
  folder: string;
  encoded: EncodeResult;
  vocabulary: Vocabulary;
  /** Sequences of a batch. */
  batch: number;
}

/** Σ of negative log-likelihoods (nats) and over how many predictions. */
export interface Likelihood {
  sum: number;
  n: number;
}

/** Tokens that a final score is taken over at the most; beyond, windows spread evenly over the split. */
export const finalEvaluationTokens = 1 << 20;
/** The same while training. */
export const runningEvaluationTokens = 1 << 15;

/**
 * The objective's own loss on a split. Corruption is drawn from a fixed seed, so that every model of an objective meets the same
 * inputs whenever it is scored.
 */
export async function objectiveLikelihood(
  setup: TextEvaluation,
  { objective, part }: TextPart,
  split: Split,
  limitTokens: number,
): Promise<Likelihood> {
  return withStream(setup, split, async (stream) => {
    const windows = evaluationWindows(stream, part.layout, limitTokens);
    return likelihoodOf(setup, part, windows.count, (index) =>
      exampleOf(objective, windows.at(index), part.layout, setup.vocabulary, random("evaluation", index)),
    );
  });
}

/** All scores of a text objective on a split. Empty where the split is. */
export async function scoreText(setup: TextEvaluation, text: TextPart, split: Split): Promise<Score[]> {
  if (setup.encoded.splits[split].tokens === 0) return [];
  const own = await objectiveLikelihood(setup, text, split, finalEvaluationTokens);
  const score = (metric: string, value: number, n: number): Score => ({ metric, value, split, n });
  const scores = [score("loss", own.sum / own.n, own.n)];
  if (text.objective.kind === "causal") {
    const { bytes, tokens, documents } = setup.encoded.splits[split];
    // each document's first token is not predicted
    const bytesScored = (bytes * own.n) / (tokens - documents);
    scores.push(score("perplexity", perplexity(own.sum, own.n), own.n), score("bits_per_byte", bitsPerByte(own.sum, bytesScored), own.n));
  }
  if (text.objective.kind === "masked") {
    const pseudo = await pseudoLikelihood(setup, text.part, split);
    scores.push(score("pseudo_perplexity", pseudoPerplexity(pseudo.sum, pseudo.n), pseudo.n));
  }
  return scores;
}

/** Tokens that are masked one by one. */
const pseudoSample = 512;

/** Salazar et al. 2020, equation 2, over a fixed sample of tokens: each masked alone and predicted from its whole window. */
async function pseudoLikelihood(setup: TextEvaluation, part: TextPart["part"], split: Split): Promise<Likelihood> {
  return withStream(setup, split, async (stream) => {
    const windows = evaluationWindows(stream, part.layout, pseudoSample * part.layout.stride);
    const from = random("pseudo-perplexity");
    const examples = Array.from({ length: pseudoSample }, (_, i) => maskOne(windows.at(i % windows.count), from, setup.vocabulary)).filter(
      (example) => example !== undefined,
    );
    return likelihoodOf(setup, part, examples.length, (index) => examples[index]!);
  });
}

function maskOne(
  window: Int32Array,
  from: ReturnType<typeof random>,
  { begin, mask, firstOrdinary, firstSentinel }: Vocabulary,
): Example | undefined {
  const ordinary = Array.from(window.keys()).filter((at) => window[at]! >= firstOrdinary && window[at]! < firstSentinel);
  if (ordinary.length === 0) return undefined;
  const chosen = ordinary[from.below(ordinary.length)]!;
  const segments = segmentsOf(window, begin);
  return {
    tokens: Array.from(window, (token, at) => (at === chosen ? mask : token)),
    positions: segments.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => i)),
    segments: segments.flatMap(({ start, end }, i) => Array<number>(end - start).fill(i + 1)),
    predict: [chosen],
    targets: [window[chosen]!],
  };
}

async function likelihoodOf(
  { trainer, vocabulary, batch }: TextEvaluation,
  part: TextPart["part"],
  count: number,
  exampleAt: (index: number) => Example,
): Promise<Likelihood> {
  const total: Likelihood = { sum: 0, n: 0 };
  for (let start = 0; start < count; start += batch) {
    const examples = Array.from({ length: batch }, (_, i) => (start + i < count ? exampleAt(start + i) : nothing));
    const { arrays } = assembleBatch(examples, part.layout, vocabulary);
    const { losses } = await trainer.evaluate(part, arrays);
    const weights = arrays.weights!;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      total.sum += losses![i]!;
      total.n++;
    }
  }
  return total;
}

/** A row of padding. */
const nothing: Example = { tokens: [], positions: [], segments: [], predict: [], targets: [] };

async function withStream<T>({ folder, encoded }: TextEvaluation, split: Split, use: (stream: TokenStream) => Promise<T>): Promise<T> {
  const stream = openTokens(folder, encoded, split);
  try {
    return await use(stream);
  } finally {
    stream.close();
  }
}
