import type { EncodeResult, Score } from "#runtime/contract/artifacts.ts";
import type { LossKind } from "#runtime/contract/learning-point.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { assembleBatch, nothing } from "#runtime/encoding/assemble-batch.ts";
import { openDataSet } from "#runtime/encoding/data-sets.ts";
import type { TokenStream } from "#runtime/encoding/token-stream.ts";
import { type EvaluationWindows, evaluationWindows } from "#runtime/encoding/windows.ts";
import { bitsPerByte } from "#runtime/metrics/bits-per-byte.ts";
import { errorOfMean } from "#runtime/metrics/error-of-mean.ts";
import { valued } from "#runtime/metrics/metric-table.ts";
import { perplexity } from "#runtime/metrics/perplexity.ts";
import { pseudoPerplexity } from "#runtime/metrics/pseudo-perplexity.ts";
import { type Example, isOrdinary, type TextLikelihood, type Vocabulary } from "#runtime/objectives/objective.ts";
import { exampleOf, likelihoodOf, reachOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { auxiliaryLossOf } from "#runtime/programs/auxiliary/auxiliary-table.ts";
import { type TextPart, termsOf } from "#runtime/programs/text-part.ts";
import { random } from "#runtime/random/random.ts";
import type { Trainer } from "./trainer.ts";

export interface TextObjectivePart {
  objective: TextObjectiveSettings;
  part: TextPart;
}

export interface TextEvaluation {
  trainer: Pick<Trainer, "evaluate" | "withNoise">;
  /** Folder and result of the encode job. */
  folder: string;
  encoded: EncodeResult;
  vocabulary: Vocabulary;
  /** Sequences of a batch. */
  batch: number;
}

/** Σ of negative log-likelihoods (nats) and over how many predictions. */
interface Likelihood {
  sum: number;
  n: number;
}

/** One term of a loss, target by target. */
export interface TermItems extends Likelihood {
  kind: LossKind;
  losses: number[];
  /** What guessing needs to know of the target: the token, the class, or among how many the choice is. */
  answers: number[];
  /** The token that is read where the target is predicted; empty unless targets are tokens. */
  read: number[];
  /** The window that the target belongs to. */
  windows: number[];
}

/** The objective's own loss: of several terms their weighted sum, each its mean over what it is taken of. */
export interface OwnLoss {
  loss: number;
  /** The predictions of the first term. */
  n: number;
  /** The loss' standard error over windows; undefined of several terms, and of fewer than two windows. */
  error: number | undefined;
  terms: TermItems[];
}

/** Tokens that a final score is taken over at the most; beyond, windows spread evenly over the split. */
export const finalEvaluationTokens = 1 << 20;
/** The same while training. */
export const runningEvaluationTokens = 1 << 15;

/**
 * The objective's own loss on a split. Corruption is drawn from a fixed seed, so that every model of an objective meets the same
 * inputs whenever it is scored.
 */
export async function ownLoss(
  setup: TextEvaluation,
  { objective, part }: TextObjectivePart,
  split: Split,
  limitTokens: number,
): Promise<OwnLoss> {
  return withStream(setup, split, async (stream) => {
    const windows = evaluationWindows(stream, part.layout, limitTokens, reachOf(objective, part.layout, setup.vocabulary));
    const terms = termsOf(part.layout);
    const sums = await termItems(setup, part, windows.count, (index) => exampleFrom(setup, { objective, part }, windows, index));
    const means = terms.map(({ factor }, i) => factor * (sums[i]!.n === 0 ? 0 : sums[i]!.sum / sums[i]!.n));
    const error = terms.length === 1 && part.layout.predicted > 0 ? errorOfMean(windowsOf(sums[0]!, sums[0]!.losses)) : undefined;
    return {
      loss: means.reduce((total, mean) => total + mean, 0),
      n: sums[0]!.n,
      error: error === undefined ? undefined : error * terms[0]!.factor,
      terms: sums,
    };
  });
}

/** Values of a term's targets, added up in each window. */
export function windowsOf({ windows }: Pick<TermItems, "windows">, values: ArrayLike<number>): Likelihood[] {
  const sums: Likelihood[] = [];
  windows.forEach((index, at) => {
    const window = sums[index] ?? { sum: 0, n: 0 };
    sums[index] = { sum: window.sum + values[at]!, n: window.n + 1 };
  });
  return sums;
}

/** All scores of a text objective on a split, from its loss there. */
export async function scoreTextObjective(setup: TextEvaluation, text: TextObjectivePart, split: Split, own: OwnLoss): Promise<Score[]> {
  const score = (metric: string, value: number, n: number, error: number | undefined): Score => ({
    ...{ ...valued(metric, null, () => value), split, n },
    ...(error === undefined || !Number.isFinite(error) ? {} : { standard_error: Number(error.toPrecision(3)) }),
  });
  // what a function of the mean takes over of its error: times the derivative
  const times = (factor: number, error = own.error) => (error === undefined ? undefined : factor * error);
  const scores = [score("loss", own.loss, own.n, own.error)];
  const likelihood = likelihoodOf(text.objective, text.part.layout.architecture);
  if (likelihood?.kind === "chain") {
    const { bytes, tokens, documents } = setup.encoded.splits[split];
    // each document's first token is not predicted
    const bytesScored = (bytes * own.n) / (tokens - documents);
    const sum = own.loss * own.n;
    const value = perplexity(sum, own.n);
    scores.push(
      score("perplexity", value, own.n, times(value)),
      score("bits_per_byte", bitsPerByte(sum, bytesScored), own.n, times(bitsPerByte(own.n, bytesScored))),
    );
  }
  if (likelihood?.kind === "pseudo") {
    const pseudo = await pseudoLikelihood(setup, text.part, split, likelihood.hideOne);
    const value = pseudoPerplexity(pseudo.sum, pseudo.n);
    scores.push(score("pseudo_perplexity", value, pseudo.n, times(value, errorOfMean(windowsOf(pseudo, pseudo.losses)))));
  }
  return scores;
}

type HideOne = Extract<TextLikelihood, { kind: "pseudo" }>["hideOne"];

/** Tokens that are hidden one by one. */
const pseudoSample = 512;

/** Salazar et al. 2020, equation 2, over a fixed sample of tokens: each hidden alone and predicted from its whole window. */
async function pseudoLikelihood(setup: TextEvaluation, part: TextPart, split: Split, hideOne: HideOne): Promise<TermItems> {
  return withStream(setup, split, async (stream) => {
    const windows = evaluationWindows(stream, part.layout, pseudoSample * part.layout.stride);
    const from = random("pseudo-perplexity");
    const examples = Array.from({ length: pseudoSample }, (_, i) => {
      const window = windows.at(i % windows.count);
      const ordinary = Array.from(window.keys()).filter((at) => isOrdinary(window[at]!, setup.vocabulary));
      return ordinary.length === 0 ? undefined : hideOne(window, ordinary[from.below(ordinary.length)]!, setup.vocabulary);
    }).filter((example) => example !== undefined);
    const [tokens] = await termItems(setup, part, examples.length, (index) => examples[index]!);
    return tokens!;
  });
}

/** The items of each term of the part's loss. */
async function termItems(
  { trainer, vocabulary, batch }: TextEvaluation,
  part: TextPart,
  count: number,
  exampleAt: (index: number) => Example,
): Promise<TermItems[]> {
  const { layout } = part;
  const terms = termsOf(layout);
  const all = terms.map(({ kind }): TermItems => ({ kind, sum: 0, n: 0, losses: [], answers: [], read: [], windows: [] }));
  for (let start = 0; start < count; start += batch) {
    const examples = Array.from({ length: batch }, (_, i) => (start + i < count ? exampleAt(start + i) : nothing));
    const { arrays } = assembleBatch(examples, layout, vocabulary);
    const outputs = await trainer.evaluate(part, trainer.withNoise(part, arrays, ["evaluation", start]));
    for (const [i, term] of terms.entries()) {
      const weights = arrays[term.weights]!;
      const ofTokens = term.losses === "losses";
      const answers = ofTokens ? arrays.targets! : auxiliaryLossOf(layout.auxiliary!).answers(arrays, outputs);
      // of a sequence: positions of the side that predicts, or places of the loss' items
      const width = ofTokens ? layout.decoderContext || layout.context : weights.length / batch;
      const read = arrays.decoder_tokens ?? arrays.tokens!;
      for (let at = 0; at < weights.length; at++) {
        if (weights[at] === 0) continue;
        const place = ofTokens ? (arrays.predict?.[at] ?? at) : at;
        add(all[i]!, { loss: outputs[term.losses]![at]!, answer: answers[at]!, window: start + Math.floor(place / width) });
        if (ofTokens) all[i]!.read.push(read[place]!);
      }
    }
  }
  return all;
}

function add(term: TermItems, { loss, answer, window }: { loss: number; answer: number; window: number }): void {
  term.sum += loss;
  term.n++;
  term.losses.push(loss);
  term.answers.push(answer);
  term.windows.push(window);
}

/** Every example that a split's loss is taken of, in order, at most so many. */
export async function validationTexts(
  setup: Pick<TextEvaluation, "folder" | "encoded" | "vocabulary">,
  { objective, part }: TextObjectivePart,
  most: number,
): Promise<Example[]> {
  return withStream(setup, "validation", async (stream) => {
    const windows = evaluationWindows(stream, part.layout, runningEvaluationTokens, reachOf(objective, part.layout, setup.vocabulary));
    return Array.from({ length: Math.min(windows.count, most) }, (_, i) => {
      const index = Math.floor((i * windows.count) / Math.min(windows.count, most));
      return exampleFrom(setup, { objective, part }, windows, index);
    });
  });
}

function exampleFrom(
  { vocabulary }: Pick<TextEvaluation, "vocabulary">,
  { objective, part: { layout } }: TextObjectivePart,
  windows: EvaluationWindows,
  index: number,
): Example {
  const unrelated = layout.unrelated ? windows.unrelated(index) : undefined;
  return exampleOf(objective, windows.at(index), layout, vocabulary, random("evaluation", index), unrelated);
}

async function withStream<T>(
  { folder, encoded }: Pick<TextEvaluation, "folder" | "encoded">,
  split: Split,
  use: (stream: TokenStream) => Promise<T>,
): Promise<T> {
  const stream = openDataSet(folder, encoded, split);
  try {
    return await use(stream);
  } finally {
    stream.close();
  }
}
