import type { LearningPoint, PartLoss, StateSpread } from "#runtime/contract/learning-point.ts";
import { assembleBatch, nothing } from "#runtime/encoding/assemble-batch.ts";
import { errorOfMean } from "#runtime/metrics/error-of-mean.ts";
import { continuesText } from "#runtime/objectives/objective-table.ts";
import { type TextPart, textWeights } from "#runtime/programs/text-part.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { type OwnLoss, type TermItems, type TextEvaluation, type TextObjectivePart, validationTexts, windowsOf } from "./evaluate-text.ts";
import { type Guesses, guessChoices, guessClasses, guessTokens, type TrainingTokens, trainingTokens } from "./guessing.ts";
import { spreadOf } from "./state-spread.ts";
import type { Trainer, Values } from "./trainer.ts";

/** A text part of an objective, with its name where there are several, and how many steps it trains. */
export interface WatchedPart extends TextObjectivePart {
  name?: string;
  /** Its place among the objective's parts. */
  index: number;
  steps: number;
}

/** A part's loss on the validation split. */
export interface Validated {
  text: WatchedPart;
  own: OwnLoss;
  /** Share of the part's own steps that were trained, 0 to 1. */
  trained: number;
}

/** Measures what a model has learned. It draws nothing and changes nothing of the training. */
export interface Watch {
  point(of: { step: number; gradientNorm: number | null; validated: readonly Validated[] }): Promise<LearningPoint>;
}

export interface WatchOptions {
  evaluation: Omit<TextEvaluation, "trainer"> & { trainer: Pick<Trainer, "states" | "weights"> };
  /** The part whose texts' states are measured; undefined: none. */
  watched: WatchedPart | undefined;
  /** The model's hidden size. */
  width: number;
  /** The weights before the first step. */
  start: Values;
}

/** Texts whose states are compared. */
const comparedTexts = 32;

export function watchLearning({ evaluation, watched, width, start }: WatchOptions): Watch {
  const tokens = trainingTokens(evaluation.folder, evaluation.encoded, evaluation.vocabulary);
  const known = new Map<string, Guesses>();
  let batches: StateBatch[] | undefined;
  return {
    async point({ step, gradientNorm, validated }) {
      // batches of the validation split are the same each time
      batches ??= watched ? await stateBatches(evaluation, watched, comparedTexts) : [];
      const states = await spreadIn(evaluation.trainer, batches, width);
      return {
        step,
        parts: validated.flatMap((each) => each.own.terms.flatMap((term) => partLoss(each, term, tokens, known))),
        ...(states ? { states: { ...states, cosine: rounded(states.cosine), effective_rank: rounded(states.effective_rank) } } : {}),
        gradient_norm: finite(gradientNorm),
        moved: finite(distance(await evaluation.trainer.weights(), start)),
      };
    },
  };
}

function partLoss({ text, trained }: Validated, term: TermItems, tokens: TrainingTokens, known: Map<string, Guesses>): PartLoss[] {
  if (term.n === 0) return [];
  const { guess, each } = guessesOf(text, term, tokens, known);
  const loss = finite(term.sum / term.n);
  const gains = each.map((guessed, i) => guessed - term.losses[i]!);
  return [
    {
      ...(text.name === undefined ? {} : { part: text.name }),
      of: term.kind,
      loss,
      n: term.n,
      guess: {
        uniform: rounded(guess.uniform),
        constant: rounded(guess.constant),
        ...(guess.bigram === undefined ? {} : { bigram: rounded(guess.bigram) }),
      },
      learned: loss === null || guess.constant === 0 ? null : rounded(1 - loss / guess.constant),
      standard_error: finite(errorOfMean(windowsOf(term, gains))),
      trained,
    },
  ];
}

/** Targets that are tokens are the same at every validation of so many. */
function guessesOf(text: WatchedPart, term: TermItems, tokens: TrainingTokens, known: Map<string, Guesses>): Guesses {
  if (term.kind === "contrast") return guessChoices(term.answers);
  if (term.kind === "pairs" || term.kind === "discriminator") return guessClasses(term.answers);
  const key = `${text.part.name} ${term.n}`;
  const found = known.get(key) ?? guessTokens(term.answers, { read: term.read, continues: continuesText(text.objective) }, tokens);
  known.set(key, found);
  return found;
}

interface StateBatch {
  arrays: Arrays;
  /** Rows with a text, which come first. */
  texts: number;
}

async function stateBatches(evaluation: WatchOptions["evaluation"], watched: WatchedPart, most: number): Promise<StateBatch[]> {
  const { batch, vocabulary } = evaluation;
  const examples = await validationTexts(evaluation, watched, most);
  return Array.from({ length: Math.ceil(examples.length / batch) }, (_, i) => {
    const some = examples.slice(i * batch, (i + 1) * batch);
    const filled = [...some, ...Array.from({ length: batch - some.length }, () => nothing)];
    const { arrays } = assembleBatch(filled, watched.part.layout, vocabulary);
    return { arrays: { ...arrays, [textWeights]: weightsOfTexts(arrays, watched.part) }, texts: some.length };
  });
}

/** Weights of the positions of each row: equal shares for those that are not padding. */
function weightsOfTexts({ segments }: Arrays, { layout: { context } }: TextPart): Float32Array {
  const weights = Float32Array.from(segments!, (segment) => (segment > 0 ? 1 : 0));
  for (let row = 0; row < weights.length; row += context) {
    const own = weights.subarray(row, row + context);
    const count = own.reduce((sum, weight) => sum + weight, 0);
    if (count > 0) own.set(own.map((weight) => weight / count));
  }
  return weights;
}

async function spreadIn(trainer: Pick<Trainer, "states">, batches: readonly StateBatch[], width: number): Promise<StateSpread | undefined> {
  const rows: number[] = [];
  for (const { arrays, texts } of batches) for (const value of (await trainer.states(arrays)).subarray(0, texts * width)) rows.push(value);
  return spreadOf(Float32Array.from(rows), width);
}

/** ‖now − start‖ ÷ ‖start‖. */
function distance(now: Values, start: Values): number {
  let [moved, size] = [0, 0];
  for (const [name, values] of Object.entries(now)) {
    const from = start[name]!;
    for (let i = 0; i < values.length; i++) {
      const difference = values[i]! - from[i]!;
      moved += difference * difference;
      size += from[i]! * from[i]!;
    }
  }
  return size === 0 ? 0 : Math.sqrt(moved / size);
}

function finite(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? rounded(value) : null;
}

/** More digits would say nothing. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
