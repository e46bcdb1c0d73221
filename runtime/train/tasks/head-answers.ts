import type { Trainer } from "../trainer.ts";
import type { TaskTraining } from "./task-training.ts";

/** What a head answers to each item, in their order; items are read in the order of their lengths, so that little is padded. */
export async function headAnswers<Item>(
  { lengthOf, partOf, fill }: Pick<TaskTraining<Item>, "lengthOf" | "partOf" | "fill">,
  items: readonly Item[],
  batch: number,
  trainer: Pick<Trainer, "evaluate">,
): Promise<Float32Array[]> {
  const order = Array.from(items.keys()).sort((a, b) => lengthOf(items[a]!) - lengthOf(items[b]!));
  const found: Float32Array[] = new Array(items.length);
  for (let start = 0; start < order.length; start += batch) {
    const indices = order.slice(start, start + batch);
    const rows = indices.map((index) => items[index]!);
    const part = partOf(rows);
    const answers = (await trainer.evaluate(part, fill(part, rows).arrays)).answers as Float32Array;
    const width = answers.length / batch;
    for (const [row, index] of indices.entries()) found[index] = answers.slice(row * width, (row + 1) * width);
  }
  return found;
}

/** Probabilities of logits. */
export function softmaxOf(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const exponentials = values.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** Negative logarithm of a probability that may have become zero, nats. */
export function surprise(probability: number): number {
  return -Math.log(Math.max(probability, 1e-30));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
