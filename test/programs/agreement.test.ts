import { describe, expect, test } from "vitest";
import type { TokenModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel, TrainedTask } from "#runtime/contract/plan.ts";
import type { Architecture, TrainedPart } from "#runtime/contract/spec.ts";
import { assembleBatch } from "#runtime/encoding/assemble-batch.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { heads } from "#runtime/programs/heads/head-table.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import { headOf, headPart, writingPart } from "#runtime/programs/task-parts.ts";
import type { TextPart } from "#runtime/programs/text-part.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";
import { usualFrame } from "#runtime/tokenizers/frame.ts";
import { pooledBatch } from "#runtime/train/pooled-batches.ts";
import { writtenExample } from "#runtime/train/tasks/text-to-text-parts.ts";
import { toStep } from "#runtime/train/text-batches.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { withTensorflow } from "../engines/tensorflow.ts";
import { objectives, optimizer, otherOptimizers, settingsOf, smallModel, startingValues, textPart, textStep, vocabulary } from "./small.ts";
import { labelled, tasks } from "./tasks.ts";

/** Engines that run graphs, here. */
const graphEngines: EngineName[] = withTensorflow() ? ["onnx", "tensorflow"] : ["onnx"];
const steps = 50;

/** Losses and gradient norms of so many steps. */
async function curve(
  engine: EngineName,
  settings: TrainingSettings,
  batchOf: (step: number) => ReturnType<typeof toStep>,
  count = steps,
): Promise<number[]> {
  const trainer = await openTrainer({
    engine: await loadEngine(engine, { threads: 2 }),
    settings,
    initial: startingValues(settings),
    seed: 3,
  });
  const values: number[] = [];
  for (let step = 1; step <= count; step++) {
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

/** Rows of texts of several lengths, one of the micro-batch's rows empty, in each head's shapes. */
async function agrees({
  task,
  architecture,
  over,
  ...ways
}: {
  task: TrainedTask;
  architecture: Architecture;
  over?: Partial<TokenModel>;
  train: TrainedPart;
  layerDecay?: number;
}) {
  const model = smallModel({ architecture, ...over });
  const part = headPart(headOf(task)!, 16);
  const settings = { ...settingsOf(model, part, 4), dropout: 0.1, ...finetuningParameters(model, task, ways) };
  const batchOf = (step: number) => toStep([headBatch(task, part, step, architecture)]);
  const reference = await curve("cpu", settings, batchOf, 20);
  expect(reference.every((value) => value > 0)).toBe(true);
  for (const engine of graphEngines)
    expect(largestDifference(reference, await curve(engine, settings, batchOf, 20)), engine).toBeLessThan(1e-4);
}

function headBatch(task: TrainedTask, part: HeadPart, step: number, architecture: Architecture) {
  const ids = (row: number) => [
    vocabulary.begin,
    ...Array.from({ length: 3 + (row % 7) }, (_, i) => 5 + ((step * 7 + i * row) % 35)),
    vocabulary.end,
  ];
  // numbers so far apart that no step's squared error comes near 0, where rounding is a large part of it
  const answer = (row: number) => (task.kind === "regression" ? 5 * Math.sin(step + row) : (step + row) % 3);
  const examples = Array.from({ length: 3 * part.rows }, (_, row) => [
    { ids: ids(row), types: ids(row).map((_, at) => at % 2), answer: answer(row) },
  ]);
  const batch = pooledBatch(part, examples, 4 * part.rows, vocabulary.pad, architecture === "decoder" ? "last" : "mean");
  // other heads answer positions, or several rows together
  const targets = heads[part.form].inputs({ part, rows: 4 * part.rows }).targets.find(({ name }) => name === "labels");
  if (!targets || part.form === "classes") return batch;
  const count = targets.shape[0]!;
  const weights = Float32Array.from({ length: count }, (_, i) => (i % 4 === 3 ? 0 : 1));
  const labels = Int32Array.from(weights, (weight, i) => (weight === 0 ? 0 : (step + i) % 3));
  const [length, choices] = [part.length, part.rows];
  const outside = Float32Array.from({ length: 4 * length }, (_, i) => (i % length < 5 ? 0 : -1e9));
  const absent = Float32Array.from({ length: 4 * choices }, (_, i) => (i === 2 * choices - 1 ? -1e9 : 0));
  const predicted = weights.filter((weight) => weight > 0).length;
  return { ...batch, predicted, arrays: { ...batch.arrays, labels, weights, outside, absent } };
}

const models: [string, keyof typeof objectives, Partial<TokenModel>][] = [
  ["a decoder, causal", "causal", {}],
  ["a decoder, prefix", "prefix", {}],
  ["a decoder, span corruption", "span_corruption", { context: 24 }],
  ["a decoder, masked next token", "mntp", {}],
  ["a decoder, masked", "masked", {}],
  ["a decoder, masked with the next sentence", "next_sentence", { context: 24 }],
  ["a decoder with a generator, replaced tokens", "replaced_token", { dropout: 0.1 }],
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

describe(`${graphEngines.join(" and ")} and the eager reference agree in loss and gradient norm over ${steps} steps`, () => {
  test.each(models)("%s", async (_, kind, over) => {
    const model = smallModel(over);
    const objective = objectives[kind];
    const part = textPart(model, objective);
    const settings = settingsOf(model, part, 3);
    const batchOf = (step: number) => textStep(objective, part, { step, batch: 3 });
    const reference = await curve("cpu", settings, batchOf);
    expect(reference[0]).toBeGreaterThan(0.5);
    expect(reference.at(-2)).not.toBe(reference[0]);
    for (const engine of graphEngines)
      expect(largestDifference(reference, await curve(engine, settings, batchOf)), engine).toBeLessThan(1e-4);
  });

  test.each([
    ["all", { kind: "all" }],
    ["head only", { kind: "head" }],
    ["the last layer", { kind: "last", layers: 1 }],
    ["LoRA", { kind: "lora", rank: 2, alpha: 4 }],
    ["biases", { kind: "biases" }],
    ["adapters", { kind: "adapters", size: 4 }],
  ] as const)("fine-tuning on labels, %s", async (_, train) => {
    for (const architecture of ["encoder", "decoder", "encoder-decoder"] as const) await agrees({ task: labelled, architecture, train });
  });

  test("learning rates that fall from the head to the embeddings", () =>
    agrees({ task: labelled, architecture: "encoder", train: { kind: "all" }, layerDecay: 0.5 }));

  test("a decoder that learned with a prefix, on labels", () =>
    agrees({ task: labelled, architecture: "decoder", over: { readsPrefix: true }, train: { kind: "all" } }));

  test("a decoder that learned with a prefix, on what it writes", async () => {
    const batchOf = (part: TextPart) => (step: number) => {
      const examples = [0, 1, 2].map((row) => {
        const source = [7, 8, 9, 10].slice(0, 2 + row).map((id) => id + ((step + row) % 9));
        return writtenExample({ source, target: [20 + (step % 9), 30 - row] }, part.layout, vocabulary, usualFrame(vocabulary));
      });
      return toStep([assembleBatch(examples, part.layout, vocabulary)]);
    };
    const curveOf = (engine: EngineName, model: ResolvedModel) => {
      const part = writingPart(model, 10, 6);
      return curve(engine, settingsOf(model, part, 3), batchOf(part), 10);
    };
    const reference = await curveOf("cpu", smallModel({ readsPrefix: true }));
    for (const engine of graphEngines)
      expect(largestDifference(reference, await curveOf(engine, smallModel({ readsPrefix: true }))), engine).toBeLessThan(1e-4);
    expect(largestDifference(reference, await curveOf("cpu", smallModel()))).toBeGreaterThan(1e-3);
  });

  test.each(tasks)("the head of %s", (_, task, architecture) => agrees({ task, architecture, train: { kind: "all" } }));
});

test.each(graphEngines)("a part that leaves weights unused gives them no gradient on %s", async (engine) => {
  const model = smallModel({ architecture: "encoder-decoder", tiedEmbeddings: false });
  const part: HeadPart = { kind: "head", name: "0", head: "0", form: "classes", outputs: 2, length: 16, slots: 2, rows: 1, pooler: false };
  const settings = { ...settingsOf(model, part, 2), optimizer: { ...optimizer, weightDecay: 0 } };
  const initial = startingValues(settings);
  const trainer = await openTrainer({ engine: await loadEngine(engine, { threads: 2 }), settings, initial, seed: 3 });
  const texts = [6, 9].map((id, answer) => ({ ids: [vocabulary.begin, id, vocabulary.end], types: [0, 0, 0], answer }));
  await trainer.step(part, toStep([pooledBatch(part, [texts, texts], 2, vocabulary.pad, "mean")]).batches, { step: 1, learningRate: 0.1 });
  const weights = await trainer.weights();
  await trainer.close();
  const changed = Object.keys(weights).filter((name) => !weights[name]!.every((value, i) => value === initial[name]![i]));
  expect(changed).toContain("heads.0.weight");
  expect(changed).toContain("encoder.layers.0.attention.query_key_value.weight");
  expect(changed.filter((name) => name.startsWith("decoder.") || name.startsWith("projection."))).toEqual([]);
});

const otherKinds = Object.keys(otherOptimizers) as (keyof typeof otherOptimizers)[];

test.each(
  otherKinds.flatMap(
    (kind) =>
      [
        [kind, false],
        [kind, true],
      ] as const,
  ),
)("engines agree on %s, micro-batches: %s", async (kind, accumulates) => {
  const model = smallModel({ activation: "swiglu" });
  const part = textPart(model, objectives.causal);
  const settings = settingsOf(model, part, 4, { accumulates, optimizer: otherOptimizers[kind] });
  const batchOf = (step: number) => textStep(objectives.causal, part, { step, batch: 4, micro: accumulates ? 2 : 1 });
  const reference = await curve("cpu", settings, batchOf, 5);
  // another rule than AdamW, from the first update on
  const adamw = await curve("cpu", { ...settings, optimizer }, batchOf, 5);
  expect(adamw[0]).toBe(reference[0]);
  expect(largestDifference(adamw.slice(2), reference.slice(2))).toBeGreaterThan(1e-3);
  for (const engine of graphEngines)
    expect(largestDifference(reference, await curve(engine, settings, batchOf, 5)), engine).toBeLessThan(1e-4);
});

test("engines agree on label smoothing and z-loss, which scores leave out", async () => {
  const model = smallModel({ architecture: "encoder", projectionBias: "trained" });
  const part = textPart(model, objectives.masked);
  const plain = settingsOf(model, part, 3);
  const settings = { ...plain, labelSmoothing: 0.1, zLoss: 1e-2 };
  const batchOf = (step: number) => textStep(objectives.masked, part, { step, batch: 3 });
  const reference = await curve("cpu", settings, batchOf, 5);
  expect(Math.abs(reference[0]! / (await curve("cpu", plain, batchOf, 1))[0]! - 1)).toBeGreaterThan(1e-3);
  const { weights: _, ...evaluated } = batchOf(1).batches[0]!;
  const scored = async (engine: EngineName, settings: TrainingSettings) => {
    const trainer = await openTrainer({
      engine: await loadEngine(engine, { threads: 2 }),
      settings,
      initial: startingValues(settings),
      seed: 3,
    });
    const { losses } = await trainer.evaluate(part, evaluated);
    await trainer.close();
    return losses;
  };
  expect(await scored("cpu", settings)).toEqual(await scored("cpu", plain));
  for (const engine of graphEngines)
    expect(largestDifference(reference, await curve(engine, settings, batchOf, 5)), engine).toBeLessThan(1e-4);
});

test.each(graphEngines)("four micro-batches give the numbers of one batch on %s", async (engine) => {
  const model = smallModel({ dropout: 0 });
  const part = textPart(model, objectives.causal);
  const whole = settingsOf(model, part, 8);
  const parts = settingsOf(model, part, 2, { accumulates: true });
  const once = await curve(engine, whole, (step) => textStep(objectives.causal, part, { step, batch: 8 }));
  const accumulated = await curve(engine, parts, (step) => textStep(objectives.causal, part, { step, batch: 2, micro: 4 }));
  expect(largestDifference(once, accumulated)).toBeLessThan(1e-4);
});

test.each(graphEngines)("the same steps twice give the same bits on %s", async (engine) => {
  const model = smallModel({ architecture: "encoder-decoder", dropout: 0.1, hidden: 32 });
  const part = textPart(model, objectives.span_corruption);
  const settings = settingsOf(model, part, 8);
  const batchOf = (step: number) => textStep(objectives.span_corruption, part, { step, batch: 8 });
  expect(await curve(engine, settings, batchOf)).toEqual(await curve(engine, settings, batchOf));
});

test.runIf(graphEngines.includes("tensorflow"))("bfloat16 stays within 1% of float32 over 200 steps", async () => {
  const model = smallModel({ hidden: 32 });
  const part = textPart(model, objectives.causal);
  // a token often follows from the one before it: there is something to learn, and the loss ends well above 0
  const follows = (before: number) => vocabulary.firstOrdinary + ((before * 7 + 3) % (vocabulary.firstSentinel - vocabulary.firstOrdinary));
  const batchOf = (step: number) => textStep(objectives.causal, part, { step, batch: 8, follows });
  const losses = async (over: Partial<TrainingSettings>) =>
    (await curve("tensorflow", settingsOf(model, part, 8, over), batchOf, 200)).filter((_, i) => i % 2 === 0);
  const [full, half] = [await losses({}), await losses({ precision: "bfloat16" })];
  const end = (values: number[]) => values.slice(-10).reduce((sum, value) => sum + value, 0) / 10;
  expect(end(full)).toBeLessThan(0.7 * Math.log(vocabulary.firstSentinel - vocabulary.firstOrdinary));
  expect(half).not.toEqual(full);
  expect(Math.abs(end(half) - end(full)) / end(full)).toBeLessThan(0.01);
});

test("bfloat16 is refused where it is not there", async () => {
  const model = smallModel();
  const settings = settingsOf(model, textPart(model, objectives.causal), 2, { precision: "bfloat16" });
  for (const name of ["onnx", "cpu"] as const) {
    const engine = await loadEngine(name, { threads: 1 });
    await expect(openTrainer({ engine, settings, initial: startingValues(settings), seed: 3 })).rejects.toThrow(
      `bfloat16 needs the engine tensorflow, which \`pretrain engines install tensorflow\` gets; ${name} computes in float32`,
    );
  }
});
