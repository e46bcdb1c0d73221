import { matMul, reshape, type Tensor2D } from "@tensorflow/tfjs-core";
import { expect, onTestFinished, test } from "vitest";
import type { InputSpecification, ResolvedModel } from "#runtime/contract/plan.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { embedders } from "#runtime/models/embedders/embedder-table.ts";
import { get } from "#runtime/models/forward.ts";
import { initialValues, parametersOf } from "#runtime/models/parameters.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import { headOf, headPart } from "#runtime/programs/task-parts.ts";
import { finetuneCost } from "#runtime/programs/training-cost.ts";
import { random } from "#runtime/random/random.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { optimizer, settingsOf, smallModel } from "../programs/small.ts";
import { labelled } from "../programs/tasks.ts";

/* A second kind of input: vectors, such as the patches of a picture, through a linear layer (Dosovitskiy et al. 2021, section 3.1). */

const width = 6;
const patches = 4;

/** As its file would be, with its entry in the table. */
const vectors = {
  parameters: (input: { width: number }, { embeddingWidth }: ResolvedModel) => [
    {
      ...{ name: "embeddings.patches.weight", shape: [input.width, embeddingWidth], initial: { normal: 0.2 } },
      ...{ decay: true, embedding: true, layer: null },
    },
  ],
  stackParameters: () => [],
  arrays: (input: { width: number }, rows: number, length: number) => [
    { name: "patches", shape: [rows, length, input.width], dtype: "float32" },
  ],
  partArrays: () => [],
  fill: (rows: readonly (readonly (readonly number[])[])[]) => ({ patches: Float32Array.from(rows.flat(2)) }),
  embed: (input: { width: number }, parameters: Tensors, arrays: Tensors) =>
    matMul(reshape(arrays.patches!, [-1, input.width]) as Tensor2D, get(parameters, "embeddings.patches.weight") as Tensor2D),
  added: () => undefined,
  tied: null,
};

function encoderOfPatches(): ResolvedModel {
  Object.assign(embedders, { vectors });
  onTestFinished(() => void delete (embedders as Record<string, unknown>).vectors);
  return {
    ...smallModel({ architecture: "encoder", tiedEmbeddings: false, context: patches }),
    input: { kind: "vectors", width } as unknown as InputSpecification,
    targets: { classes: 11 },
  };
}

test("its weights take the place of those of tokens; what is predicted has a size of its own", () => {
  const shapes = Object.fromEntries(parametersOf(encoderOfPatches()).map(({ name, shape }) => [name, shape]));
  expect(shapes["embeddings.tokens"]).toBeUndefined();
  expect(shapes["embeddings.patches.weight"]).toEqual([width, 16]);
  expect(shapes["encoder.positions"]).toEqual([patches, 16]);
  expect(shapes["projection.weight"]).toEqual([11, 16]);
});

test("what a step costs is traced as for tokens", () => {
  const model = encoderOfPatches();
  const settings = { epochs: 1, batch: 4, accumulate: 1, train: { kind: "all" }, optimizer, dropout: 0 } as const;
  const cost = finetuneCost(model, settings, labelled);
  // a linear layer instead of a table: its product forward, and its weight's gradient
  const tokens = finetuneCost(smallModel({ architecture: "encoder", context: patches }), settings, labelled);
  expect(cost.flopsPerStep - tokens.flopsPerStep).toBe(2 * 2 * 4 * patches * width * 16);
});

test("an encoder learns from it on cpu", { timeout: 60_000 }, async () => {
  const model = encoderOfPatches();
  const part = headPart(headOf(labelled)!, patches);
  const batch = 16;
  const settings = settingsOf(model, part, batch, {
    ...finetuningParameters(model, labelled, { train: { kind: "all" } }),
    optimizer: { ...optimizer, learningRate: 1e-2 },
  });
  const initial = Object.fromEntries(settings.trained.map((parameter) => [parameter.name, initialValues(parameter, 5)]));
  const frozen = Object.fromEntries(settings.frozen.map((parameter) => [parameter.name, initialValues(parameter, 5)]));
  const trainer = await openTrainer({
    engine: await loadEngine("cpu", { threads: 1 }),
    settings,
    initial: { ...initial, ...frozen },
    seed: 1,
  });
  const losses: number[] = [];
  try {
    for (let step = 1; step <= 40; step++) {
      const from = random("patches", step);
      // the class of a picture: whether its first patch is bright or dark
      const labels = Int32Array.from({ length: batch }, () => from.below(2));
      const rows = Array.from(labels, (label) =>
        Array.from({ length: patches }, (_, patch) => {
          const light = patch > 0 ? 0 : label === 1 ? 1 : -1;
          return Array.from({ length: width }, () => light + from.normal());
        }),
      );
      const arrays = {
        ...vectors.fill(rows),
        positions: Int32Array.from({ length: batch * patches }, (_, i) => i % patches),
        segments: new Int32Array(batch * patches).fill(1),
        pool: new Float32Array(batch * patches).fill(1 / patches),
        labels,
        weights: new Float32Array(batch).fill(1 / batch),
      };
      const { loss } = await trainer.step(part, trainer.withMasks(part, [arrays], step), { step, learningRate: 1e-2 });
      losses.push(loss);
    }
  } finally {
    await trainer.close();
  }
  const mean = (some: readonly number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length;
  expect(mean(losses.slice(0, 5))).toBeGreaterThan(0.6);
  expect(mean(losses.slice(-5))).toBeLessThan(0.35);
});
