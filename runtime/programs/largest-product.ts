import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { GenerationSettings } from "./generation-program.ts";
import type { Part, TrainingSettings } from "./training-program.ts";

/** FLOPs of the largest matrix product in a step of training, of all parts. */
export function largestTrainingProduct({ model, parts, batch }: Pick<TrainingSettings, "model" | "parts" | "batch">): number {
  return Math.max(...parts.map((part) => productOf(model, batch * positionsOf(part), batch * predictedOf(part))));
}

/** The same where one more token is written. */
export function largestWritingProduct({ model, texts, beams }: Pick<GenerationSettings, "model" | "texts" | "beams">): number {
  return productOf(model, texts * beams, texts * beams);
}

function productOf({ hidden, feedForward, targets }: ResolvedModel, rows: number, predicted: number): number {
  return 2 * hidden * Math.max(rows * feedForward, 3 * rows * hidden, predicted * targets.classes);
}

function positionsOf(part: Part): number {
  return part.kind === "text" ? Math.max(part.layout.context, part.layout.decoderContext) : part.rows * part.length;
}

function predictedOf(part: Part): number {
  return part.kind === "text" ? part.layout.predicted : 0;
}
