import { describe, expect, test } from "vitest";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/table.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training.ts";
import { labelBatch } from "#runtime/train/label-batches.ts";
import { toStep } from "#runtime/train/text-batches.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { objectives, optimizer, settingsOf, smallModel, startingValues, textPart, textStep, vocabulary } from "./small.ts";

const steps = 20;

/** Losses and gradient norms of 20 steps. */
async function curve(
  engine: EngineName,
  settings: TrainingSettings,
  batchOf: (step: number) => ReturnType<typeof toStep>,
): Promise<number[]> {
  const trainer = await openTrainer({ engine: await loadEngine(engine, 2), settings, initial: startingValues(settings), seed: 3 });
  const values: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const { loss, gradientNorm } = await trainer.step(
      settings.parts[0]!,
      trainer.withMasks(settings.parts[0]!, batchOf(step).batches, step),
      {
        step,
        learningRate: 3e-3,
      },
    );
    values.push(loss, gradientNorm);
  }
  await trainer.close();
  return values;
}

function largestDifference(a: number[], b: number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!) / Math.abs(value)));
}

const models: [string, keyof typeof objectives, Partial<ResolvedModel>][] = [
  ["a decoder, causal", "causal", {}],
  ["a decoder, prefix", "prefix", {}],
  ["a decoder, span corruption", "span_corruption", { context: 24 }],
  ["an encoder, masked", "masked", { architecture: "encoder" }],
  ["an encoder-decoder, span corruption", "span_corruption", { architecture: "encoder-decoder" }],
  ["an encoder-decoder, prefix", "prefix", { architecture: "encoder-decoder" }],
  ["an encoder-decoder, denoising", "denoising", { architecture: "encoder-decoder" }],
  ["an encoder-decoder, masked", "masked", { architecture: "encoder-decoder" }],
  ["an encoder, masked with the next sentence", "next_sentence", { architecture: "encoder", context: 24 }],
  ["an encoder with a generator, replaced tokens", "replaced_token", { architecture: "encoder", dropout: 0.1 }],
  ["an encoder, contrastive by dropout", "contrastive", { architecture: "encoder", dropout: 0.2 }],
  ["a decoder, contrastive by neighbours", "neighbours", {}],
  ["no biases, norm after the sum", "causal", { biases: false, placement: "post" }],
  ["rotary positions, RMS norm, SwiGLU", "causal", { position: "rotary", norm: "rms", activation: "swiglu" }],
  [
    "sinusoidal positions, GEGLU, own projection",
    "masked",
    { architecture: "encoder", position: "sinusoidal", activation: "geglu", tiedEmbeddings: false },
  ],
  [
    "relative positions, ReLU, dropout",
    "span_corruption",
    { architecture: "encoder-decoder", position: "relative", activation: "relu", dropout: 0.2 },
  ],
  [
    "choices of BERT and ELECTRA",
    "masked",
    {
      architecture: "encoder",
      placement: "post",
      embeddingWidth: 8,
      embeddingNorm: true,
      tokenTypes: 2,
      predictionTransform: true,
      projectionBias: "trained",
      activation: "gelu_tanh",
    },
  ],
  [
    "choices of Llama and T5",
    "causal",
    {
      position: "relative",
      norm: "rms",
      keyValueHeads: 1,
      headWidth: 6,
      scaledAttention: false,
      projectionScale: 0.25,
      activation: "geglu_tanh",
    },
  ],
];

describe("onnx and the eager reference agree in loss and gradient norm over 20 steps", () => {
  test.each(models)("%s", async (_, kind, over) => {
    const model = smallModel(over);
    const objective = objectives[kind];
    const part = textPart(model, objective);
    const settings = settingsOf(model, part, 3);
    const batchOf = (step: number) => textStep(objective, part, { step, batch: 3 });
    const [reference, traced] = [await curve("cpu", settings, batchOf), await curve("onnx", settings, batchOf)];
    expect(reference[0]).toBeGreaterThan(1);
    expect(reference.at(-2)).not.toBe(reference[0]);
    expect(largestDifference(reference, traced)).toBeLessThan(1e-4);
  });

  test.each([
    ["all", { kind: "all" }],
    ["head only", { kind: "head" }],
    ["the last layer", { kind: "last", layers: 1 }],
    ["LoRA", { kind: "lora", rank: 2, alpha: 4 }],
  ] as const)("fine-tuning on labels, %s", async (_, train) => {
    for (const architecture of ["encoder", "decoder", "encoder-decoder"] as const) {
      const model = smallModel({ architecture });
      const part: Part = { kind: "labels", name: "16", head: "task", labels: 3, length: 16, slots: 1 };
      const settings = { ...settingsOf(model, part, 4), dropout: 0.1, ...finetuningParameters(model, 3, train) };
      const batchOf = (step: number) => {
        const text = (row: number) => ({
          ids: [vocabulary.begin, ...Array.from({ length: 3 + row }, (_, i) => 5 + ((step * 7 + i * row) % 35)), vocabulary.end],
          label: (step + row) % 3,
        });
        return toStep([
          labelBatch(
            part,
            [0, 1, 2].map((row) => [text(row)]),
            4,
            vocabulary.pad,
            architecture === "decoder" ? "last" : "mean",
          ),
        ]);
      };
      const [reference, traced] = [await curve("cpu", settings, batchOf), await curve("onnx", settings, batchOf)];
      expect(reference.every((value) => value > 0)).toBe(true);
      expect(largestDifference(reference, traced)).toBeLessThan(1e-4);
    }
  });
});

test("a part that leaves weights unused gives them no gradient", async () => {
  const model = smallModel({ architecture: "encoder-decoder", tiedEmbeddings: false });
  const part: Part = { kind: "labels", name: "0", head: "0", labels: 2, length: 16, slots: 2 };
  const settings = { ...settingsOf(model, part, 2), optimizer: { ...optimizer, weightDecay: 0 } };
  const initial = startingValues(settings);
  const trainer = await openTrainer({ engine: await loadEngine("onnx", 2), settings, initial, seed: 3 });
  const texts = [6, 9].map((id, label) => ({ ids: [vocabulary.begin, id, vocabulary.end], label }));
  await trainer.step(part, toStep([labelBatch(part, [texts, texts], 2, vocabulary.pad, "mean")]).batches, { step: 1, learningRate: 0.1 });
  const weights = await trainer.weights();
  await trainer.close();
  const changed = Object.keys(weights).filter((name) => !weights[name]!.every((value, i) => value === initial[name]![i]));
  expect(changed).toContain("heads.0.weight");
  expect(changed).toContain("encoder.layers.0.attention.query_key_value.weight");
  expect(changed.filter((name) => name.startsWith("decoder.") || name.startsWith("projection."))).toEqual([]);
});

test("four micro-batches give the numbers of one batch", async () => {
  const model = smallModel({ dropout: 0 });
  const part = textPart(model, objectives.causal);
  const whole = settingsOf(model, part, 8);
  const parts = settingsOf(model, part, 2, { accumulates: true });
  const once = await curve("onnx", whole, (step) => textStep(objectives.causal, part, { step, batch: 8 }));
  const accumulated = await curve("onnx", parts, (step) => textStep(objectives.causal, part, { step, batch: 2, micro: 4 }));
  expect(largestDifference(once, accumulated)).toBeLessThan(1e-4);
});

test("the same steps twice give the same bits", async () => {
  const model = smallModel({ architecture: "encoder-decoder", dropout: 0.1, hidden: 32 });
  const part = textPart(model, objectives.span_corruption);
  const settings = settingsOf(model, part, 8);
  const batchOf = (step: number) => textStep(objectives.span_corruption, part, { step, batch: 8 });
  expect(await curve("onnx", settings, batchOf)).toEqual(await curve("onnx", settings, batchOf));
});
