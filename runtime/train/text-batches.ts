import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import type { TokenStream } from "#runtime/encoding/token-stream.ts";
import { trainingWindows } from "#runtime/encoding/windows.ts";
import type { Layout, Vocabulary } from "#runtime/objectives/objective.ts";
import { exampleOf, reachOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { random } from "#runtime/random/random.ts";
import type { Arrays } from "#runtime/trace/function.ts";

/** One step's micro-batches; their weights add up to 1. */
export interface StepBatches {
  batches: Arrays[];
  /** Positions read, without padding. */
  tokensRead: number;
  /** Positions with something to predict. */
  predicted: number;
}

/** The `index`-th step of a part: a pure function of its arguments. */
export interface BatchSource {
  at(index: number): StepBatches;
}

export interface BatchSizes {
  /** Sequences a step. */
  batch: number;
  /** Micro-batches a step. */
  accumulate: number;
}

export interface TextSource extends BatchSizes {
  stream: TokenStream;
  objective: TextObjectiveSettings;
  layout: Layout;
  vocabulary: Vocabulary;
  seed: number;
  /** Which part of the objective: parts read the corpus in orders of their own. */
  part: number;
}

export function textBatches({ stream, objective, layout, vocabulary, seed, part, batch, accumulate }: TextSource): BatchSource {
  const windows = trainingWindows(stream, layout, { seed, part }, reachOf(objective, layout, vocabulary));
  return {
    at(step) {
      const micro = Array.from({ length: accumulate }, (_, i) => {
        const examples = Array.from({ length: batch / accumulate }, (_, j) => {
          const index = step * batch + (i * batch) / accumulate + j;
          const unrelated = layout.unrelated ? windows.unrelated(index) : undefined;
          return exampleOf(objective, windows.at(index), layout, vocabulary, random(seed, "example", part, index), unrelated);
        });
        return assembleBatch(examples, layout, vocabulary);
      });
      return toStep(micro);
    },
  };
}

/** Divides the weights of each loss by their sum over the whole step. */
export function toStep(micro: readonly { arrays: Arrays; tokensRead: number; predicted: number }[]): StepBatches {
  const names = Object.keys(micro[0]?.arrays ?? {}).filter((name) => name === "weights" || name.endsWith("_weights"));
  const totals = names.map((name) => micro.reduce((sum, { arrays }) => sum + sumOf(arrays[name]!), 0));
  return {
    batches: micro.map(({ arrays }) => {
      const scaled = names.map((name, i) => {
        const total = Math.max(1, totals[i]!);
        // not `from`, which goes through an iterator
        return [name, (arrays[name] as Float32Array).map((weight) => weight / total)];
      });
      return { ...arrays, ...Object.fromEntries(scaled) };
    }),
    tokensRead: micro.reduce((sum, batch) => sum + batch.tokensRead, 0),
    predicted: micro.reduce((sum, batch) => sum + batch.predicted, 0),
  };
}

function sumOf(values: Arrays[string]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
