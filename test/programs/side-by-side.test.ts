import { describe, expect, test } from "vitest";
import type { TokenModel } from "#runtime/contract/model-choices.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { operatorThreads } from "#runtime/engines/threads.ts";
import { largestTrainingProduct, largestWritingProduct } from "#runtime/programs/largest-product.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { withTensorflow } from "../engines/tensorflow.ts";
import { objectives, settingsOf, smallModel, startingValues, textPart, textStep } from "./small.ts";

const engines: EngineName[] = ["cpu", "onnx", ...(withTensorflow() ? (["tensorflow"] as const) : [])];

const models: [string, keyof typeof objectives, Partial<TokenModel>][] = [
  ["a decoder with dropout", "causal", { dropout: 0.1 }],
  ["an encoder of which few positions predict", "masked", { architecture: "encoder", dropout: 0.1 }],
  ["an encoder with a generator", "replaced_token", { architecture: "encoder", dropout: 0.1 }],
  ["two views", "contrastive", { architecture: "encoder", dropout: 0.2 }],
  [
    "an encoder-decoder with relative positions",
    "span_corruption",
    { architecture: "encoder-decoder", position: "relative", dropout: 0.2 },
  ],
  ["rotary positions, a prefix of another length in each text", "prefix", { position: "rotary", dropout: 0.1 }],
  ["blocks that are computed again", "causal", { recompute: true, dropout: 0.1 }],
];

/** Losses and gradient norms of some steps, and the losses of an evaluation after them. */
async function numbers(name: EngineName, kind: keyof typeof objectives, settings: TrainingSettings): Promise<number[]> {
  const part = settings.parts[0]!;
  if (part.kind !== "text") throw new Error("not a text part");
  const trainer = await openTrainer({
    engine: await loadEngine(name, { threads: 2 }),
    settings,
    initial: startingValues(settings),
    seed: 3,
  });
  const values: number[] = [];
  const batchOf = (step: number) => textStep(objectives[kind], part, { step, batch: settings.batch }).batches;
  for (let step = 1; step <= 4; step++) {
    const { loss, gradientNorm } = await trainer.step(part, trainer.withMasks(part, batchOf(step), step), { step, learningRate: 3e-3 });
    values.push(loss, gradientNorm);
  }
  const outputs = await trainer.evaluate(part, trainer.withNoise(part, batchOf(9)[0]!, ["evaluation"]));
  await trainer.close();
  return [...values, ...Object.values(outputs).flatMap((array) => Array.from(array))];
}

describe.each(engines)("a batch in groups gives the numbers of the whole on %s", (name) => {
  test.each(models)("%s", async (_, kind, over) => {
    const model = smallModel(over);
    // no group of three sequences is as large as another
    const settings = settingsOf(model, textPart(model, objectives[kind]), 3);
    const [whole, grouped] = [await numbers(name, kind, settings), await numbers(name, kind, { ...settings, groups: 2 })];
    expect(whole.some((value) => value > 0.5)).toBe(true);
    const largest = Math.max(...whole.map((value, i) => Math.abs(value - grouped[i]!) / (1e-3 + Math.abs(value))));
    expect(largest).toBeLessThan(1e-4);
  });
});

test("operators are shared out where the largest product is large", () => {
  const sizes = { hidden: 64, feedForward: 256, context: 32 };
  const model = smallModel(sizes);
  const settings = (over: Partial<TokenModel>, batch: number) =>
    settingsOf(smallModel({ ...sizes, ...over }), textPart(model, objectives.causal), batch);
  // 256 positions × 64 × 256, two operations each
  expect(largestTrainingProduct(settings({}, 8))).toBe(8388608);
  expect(largestTrainingProduct(settings({ vocabulary: 8192 }, 8))).toBe(2 * 256 * 64 * 8192);
  expect(largestWritingProduct({ model, texts: 4, beams: 2 })).toBe(2 * 8 * 64 * 256);
  expect(operatorThreads(2, 8388608)).toBe(1);
  expect(operatorThreads(2, 2 * 256 * 64 * 8192)).toBe(2);
  expect(operatorThreads(2)).toBe(2);
});
