import { expect, test } from "vitest";
import type { TokenModel } from "#runtime/contract/model-choices.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import { headOf, headPart } from "#runtime/programs/task-parts.ts";
import { pretrainCost } from "#runtime/programs/training-cost.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training-program.ts";
import { pooledBatch } from "#runtime/train/pooled-batches.ts";
import { toStep } from "#runtime/train/text-batches.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { withTensorflow } from "../engines/tensorflow.ts";
import { objectives, optimizer, settingsOf, smallModel, startingValues, textPart, textStep, vocabulary } from "./small.ts";
import { labelled } from "./tasks.ts";

const models: [string, keyof typeof objectives, Partial<TokenModel>][] = [
  ["a decoder with dropout", "causal", { dropout: 0.1 }],
  ["an encoder of which few positions predict", "masked", { architecture: "encoder", dropout: 0.1, placement: "post" }],
  [
    "an encoder-decoder with relative positions",
    "span_corruption",
    { architecture: "encoder-decoder", position: "relative", dropout: 0.2 },
  ],
  ["rotary positions and gates", "causal", { position: "rotary", activation: "swiglu", norm: "rms" }],
];

async function curve(
  engine: EngineName,
  settings: TrainingSettings,
  batchOf: (step: number) => ReturnType<typeof toStep>,
): Promise<number[]> {
  const part: Part = settings.parts[0]!;
  const loaded = await loadEngine(engine, { threads: 1 });
  const trainer = await openTrainer({ engine: loaded, settings, initial: startingValues(settings), seed: 3 });
  const values: number[] = [];
  for (let step = 1; step <= 5; step++) {
    const batches = trainer.withMasks(part, batchOf(step).batches, step);
    const { loss, gradientNorm } = await trainer.step(part, batches, { step, learningRate: 3e-3 });
    values.push(loss, gradientNorm);
  }
  await trainer.close();
  return values;
}

/** Bit for bit where nothing is rearranged; graph engines may join other products. */
async function agree(settings: TrainingSettings, batchOf: (step: number) => ReturnType<typeof toStep>): Promise<void> {
  const again = { ...settings, model: { ...settings.model, recompute: true } };
  expect(await curve("cpu", again, batchOf)).toEqual(await curve("cpu", settings, batchOf));
  for (const engine of withTensorflow() ? (["onnx", "tensorflow"] as const) : (["onnx"] as const)) {
    const [kept, computed] = [await curve(engine, settings, batchOf), await curve(engine, again, batchOf)];
    const largest = Math.max(...kept.map((value, i) => Math.abs(value - computed[i]!) / Math.abs(value)));
    expect(largest, engine).toBeLessThan(1e-6);
  }
}

test.each(models)("activation checkpointing gives the same numbers: %s", async (_, kind, over) => {
  const model = smallModel(over);
  const part = textPart(model, objectives[kind]);
  await agree(settingsOf(model, part, 3), (step) => textStep(objectives[kind], part, { step, batch: 3 }));
});

test("and in a fine-tuning of low-rank updates", async () => {
  const model = smallModel({ architecture: "encoder" });
  const part = headPart(headOf(labelled)!, 16);
  const parameters = finetuningParameters(model, labelled, { train: { kind: "lora", rank: 2, alpha: 4 } });
  const settings = { ...settingsOf(model, part, 2), dropout: 0.1, ...parameters };
  await agree(settings, (step) => {
    const text = (row: number) => [
      { ids: [vocabulary.begin, 6 + ((step + row) % 20), 9, vocabulary.end], answer: (step + row) % 3, types: [] },
    ];
    return toStep([pooledBatch(part, [text(0), text(1)], 2, vocabulary.pad, "mean")]);
  });
});

test("it takes less memory, the less the more layers, and counts the same FLOPs", () => {
  const costOf = (layers: number, recompute: boolean) =>
    pretrainCost({ model: smallModel({ layers, recompute }), objective: objectives.causal, batch: 64, accumulate: 1, optimizer }, 10);
  const ratio = (layers: number) => costOf(layers, true).memoryBytes / costOf(layers, false).memoryBytes;
  expect(ratio(4)).toBeLessThan(0.7);
  expect(ratio(12)).toBeLessThan(ratio(4));
  expect(costOf(4, true).flopsPerStep).toBe(costOf(4, false).flopsPerStep);
});
