import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "#runtime/checkpoints/checkpoint.ts";
import { checkpointBatch } from "#runtime/checkpoints/checkpoint-batch.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import type { Layout } from "#runtime/objectives/objective.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training-program.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { enginesHere, folderOf, referenceModels } from "./folders.ts";
import { referenceOptimizer } from "./reference-optimizer.ts";

/** Losses and gradient norms of 20 steps on the stored batch, by the program that pre-training uses. */
async function curve(name: string, engine: EngineName): Promise<number[][]> {
  const checkpoint = openCheckpoint(folderOf(name));
  const path = join(folderOf(name), "batch.safetensors");
  const { sizes, arrays } = checkpointBatch(checkpoint, readSafetensors(path).tensors, path);
  const { batch, length, decoderLength } = sizes;
  const predict = Array.from(arrays.weights!.keys()).filter((at) => arrays.weights![at]! > 0);
  const layout: Layout = {
    architecture: checkpoint.model.architecture,
    context: length,
    decoderContext: decoderLength,
    predicted: predict.length / batch,
    visibility: checkpoint.model.architecture === "encoder" ? "all" : "past",
    window: length,
    stride: length,
    tokens: length,
    sentinels: 0,
  };
  const part: Part = { kind: "text", name: "0", layout };
  // the reference decays every parameter of two axes
  const trained = checkpoint.parameters.filter(({ fixed }) => !fixed).map((each) => ({ ...each, decay: each.shape.length === 2 }));
  const frozen = checkpoint.parameters.filter(({ fixed }) => fixed);
  const settings: TrainingSettings = {
    model: checkpoint.model,
    parts: [part],
    batch,
    accumulates: false,
    optimizer: referenceOptimizer,
    dropout: 0,
    trained,
    frozen,
  };
  const initial = checkpoint.read(checkpoint.parameters);
  const trainer = await openTrainer({ engine: await loadEngine(engine, { threads: 1 }), settings, initial, seed: 1 });
  const pick = <T extends Int32Array | Float32Array>(values: T) => values.filter((_, at) => predict.includes(at)) as T;
  const inputs = {
    tokens: arrays.tokens!,
    positions: arrays.positions!,
    segments: arrays.keys!,
    ...(decoderLength > 0
      ? { decoder_tokens: arrays.decoder_tokens!, decoder_positions: arrays.decoder_positions!, decoder_segments: arrays.decoder_segments! }
      : {}),
    predict: Int32Array.from(predict),
    targets: pick(arrays.targets as Int32Array),
    weights: pick(arrays.weights as Float32Array),
  };
  const values: number[][] = [];
  for (let step = 1; step <= 20; step++) {
    const { loss, gradientNorm } = await trainer.step(part, [inputs], { step, learningRate: referenceOptimizer.learningRate });
    values.push([loss, gradientNorm]);
  }
  await trainer.close();
  return values;
}

// classifiers are fine-tuned: see pooler.test.ts
const curves = referenceModels.filter((name) => existsSync(join(folderOf(name), "curve.json")) && !name.endsWith("-classification"));
/** Of these, steps that PyTorch itself reproduces; see `test/reference/README.md`. */
const reproducible: Record<string, number> = { "t5-conditional": 3, "t5v1.1-conditional": 3 };
// eager steps take seconds; that engines agree over 20 steps is tested in test/programs
const engines = await enginesHere(["onnx", "tensorflow"]);

describe.each(engines)("20 steps of AdamW as PyTorch takes them, on %s", (engine) => {
  test.each(curves)("%s", async (name) => {
    const expected = JSON.parse(readFileSync(join(folderOf(name), "curve.json"), "utf8")).loss_and_gradient_norm as number[][];
    const found = await curve(name, engine);
    for (const [step, [loss, norm]] of expected.slice(0, reproducible[name]).entries()) {
      expect(Math.abs(found[step]![0]! - loss!) / loss!, `loss of step ${step + 1}`).toBeLessThan(1e-3);
      expect(Math.abs(found[step]![1]! - norm!) / norm!, `gradient norm of step ${step + 1}`).toBeLessThan(1e-3);
    }
  });
});
