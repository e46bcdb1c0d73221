import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "#runtime/checkpoints/checkpoint.ts";
import type { TrainedTask } from "#runtime/contract/plan.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { initialValues } from "#runtime/models/parameters.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import { headOf, headPart } from "#runtime/programs/task-parts.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { type LabelledText, pooledBatch } from "#runtime/train/pooled-batches.ts";
import { toStep } from "#runtime/train/text-batches.ts";
import { openTrainer, type Values } from "#runtime/train/trainer.ts";
import { labelled } from "../programs/tasks.ts";
import { enginesHere, folderOf } from "./folders.ts";
import { referenceOptimizer } from "./reference-optimizer.ts";

const task: TrainedTask = { ...labelled, pool: "pooler" };

/** Where each family keeps what its classifier reads the first hidden state with. */
const layersOf = {
  bert: { pooler: "bert.pooler.dense", head: "classifier" },
  roberta: { pooler: "classifier.dense", head: "classifier.out_proj" },
  electra: { pooler: "classifier.dense", head: "classifier.out_proj" },
  distilbert: { pooler: "pre_classifier", head: "classifier" },
};

/** The fine-tuning of a checkpoint with the head that the checkpoint has. */
async function opened(family: keyof typeof layersOf, engine: EngineName) {
  const folder = folderOf(`${family}-classification`);
  const checkpoint = openCheckpoint(folder);
  const { model } = checkpoint;
  const part = headPart(headOf(task)!, 16);
  const parameters = finetuningParameters(model, task, { train: { kind: "all" } });
  const trained = parameters.trained.map((each) => ({ ...each, decay: each.shape.length === 2 }));
  const settings: TrainingSettings = {
    model,
    parts: [part],
    batch: 3,
    accumulates: false,
    optimizer: referenceOptimizer,
    dropout: 0,
    ...parameters,
    trained,
  };
  const held = new Set(checkpoint.parameters.map(({ name }) => name));
  const initial: Values = {
    ...Object.fromEntries(trained.map((parameter) => [parameter.name, initialValues(parameter, 1)])),
    ...checkpoint.read(trained.filter(({ name }) => held.has(name))),
    ...headValues(folder, "heads.task", layersOf[family].head),
  };
  // of the families, only BERT's is part of the model without a head
  if (family === "bert") expect(held).toContain("pooler.weight");
  else Object.assign(initial, headValues(folder, "pooler", layersOf[family].pooler));
  const { arrays } = pooledBatch(
    part,
    textsOf(folder).map((text) => [text]),
    3,
    0,
    "pooler",
  );
  const trainer = await openTrainer({ engine: await loadEngine(engine, { threads: 1 }), settings, initial, seed: 1 });
  return { folder, trainer, part, arrays };
}

function headValues(folder: string, name: string, module: string): Values {
  const { tensors } = readSafetensors(join(folder, "model.safetensors"));
  const { shape, data } = tensors[`${module}.weight`]!;
  const [outputs, inputs] = shape as [number, number];
  const weight = Float32Array.from({ length: data.length }, (_, i) => data[(i % outputs) * inputs + Math.floor(i / outputs)] as number);
  return { [`${name}.weight`]: weight, [`${name}.bias`]: tensors[`${module}.bias`]!.data as Float32Array };
}

function textsOf(folder: string): LabelledText[] {
  const { tensors } = readSafetensors(join(folder, "batch.safetensors"));
  const [ids, mask, labels] = ["input_ids", "attention_mask", "labels"].map((name) => Array.from(tensors[name]!.data, Number));
  const types = tensors.token_type_ids ? Array.from(tensors.token_type_ids.data, Number) : ids!.map(() => 0);
  return labels!.map((answer, row) => {
    const length = mask!.slice(row * 16, (row + 1) * 16).reduce((sum, each) => sum + each, 0);
    const of = (values: readonly number[]) => values.slice(row * 16, row * 16 + length);
    return { ids: of(ids!), types: of(types), answer };
  });
}

const engines = await enginesHere(["onnx", "tensorflow"]);

describe.each(engines)("a head after a pooler equals Transformers' classifier on %s", (engine) => {
  test.each(Object.keys(layersOf) as (keyof typeof layersOf)[])("%s: logits, and 20 steps of AdamW", async (family) => {
    const { folder, trainer, part, arrays } = await opened(family, engine);
    const expected = readSafetensors(join(folder, "expected.safetensors")).tensors.logits!.data;
    const { labels: _, weights: __, ...given } = arrays;
    const logits = (await trainer.evaluate(part, given)).answers!;
    expect(logits).toHaveLength(expected.length);
    for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(expected[i] as number, 4);

    const curve = JSON.parse(readFileSync(join(folder, "curve.json"), "utf8")).loss_and_gradient_norm as number[][];
    for (const [i, [loss, norm]] of curve.entries()) {
      const step = await trainer.step(part, toStep([{ arrays, tokensRead: 33, predicted: 3 }]).batches, {
        step: i + 1,
        learningRate: 1e-3,
      });
      expect(Math.abs(step.loss - loss!) / loss!, `loss of step ${i + 1}`).toBeLessThan(1e-3);
      expect(Math.abs(step.gradientNorm - norm!) / norm!, `gradient norm of step ${i + 1}`).toBeLessThan(1e-3);
    }
    await trainer.close();
  });
});
