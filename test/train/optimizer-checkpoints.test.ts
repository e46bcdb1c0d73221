import { expect, test } from "vitest";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";
import { openTrainer, type Trainer, type Values } from "#runtime/train/trainer.ts";
import { latestCheckpoint, saveCheckpoint } from "#runtime/train/training-checkpoints.ts";
import { withTensorflow } from "../engines/tensorflow.ts";
import { objectives, optimizer, otherOptimizers, settingsOf, smallModel, startingValues, textPart, textStep } from "../programs/small.ts";
import { temporaryFolder } from "../runs/temporary.ts";

const engines: EngineName[] = withTensorflow() ? ["cpu", "onnx", "tensorflow"] : ["cpu", "onnx"];
const optimizers: OptimizerSpec[] = [optimizer, ...Object.values(otherOptimizers)];

test.each(
  engines.flatMap((engine) =>
    optimizers.flatMap((spec) => [false, true].map((accumulates) => [spec.kind, engine, accumulates, spec] as const)),
  ),
)("training by %s goes on from a checkpoint with the same bits on %s, micro-batches: %s", async (_, name, accumulates, spec) => {
  const model = smallModel({ activation: "geglu" });
  const part = textPart(model, objectives.causal);
  const settings = settingsOf(model, part, 2, { optimizer: spec, accumulates });
  const engine = await loadEngine(name, { threads: 1 });
  const open = () => openTrainer({ engine, settings, initial: startingValues(settings), seed: 3 });
  const train = async (trainer: Trainer, steps: readonly number[]) => {
    for (const step of steps) {
      const { batches } = textStep(objectives.causal, part, { step, batch: 2, micro: accumulates ? 2 : 1 });
      await trainer.step(part, trainer.withMasks(part, batches, step), { step, learningRate: 3e-3 });
    }
  };
  const whole = await open();
  await train(whole, [1, 2, 3, 4]);
  const first = await open();
  await train(first, [1, 2]);
  const folder = temporaryFolder();
  saveCheckpoint(folder, { step: 2, progress: {}, state: await first.state() }, { parameters: settings.trained, keep: 1 });
  const second = await open();
  await second.setState(latestCheckpoint(folder, () => {})!.state);
  await train(second, [3, 4]);
  expect(await second.state()).toEqual(await whole.state());
  for (const trainer of [whole, first, second]) await trainer.close();
});

test.each(engines)(
  "the average of the weights is what is read and scored, and goes on from a checkpoint with the same bits on %s",
  async (name) => {
    const part = textPart(smallModel(), objectives.causal);
    for (const accumulates of [false, true]) {
      const plain = settingsOf(smallModel(), part, 2, { accumulates });
      const settings = { ...plain, ema: 0.75 };
      const engine = await loadEngine(name, { threads: 1 });
      const open = (settings: TrainingSettings) => openTrainer({ engine, settings, initial: startingValues(settings), seed: 3 });
      const train = async (trainer: Trainer, steps: readonly number[], each?: () => Promise<void>) => {
        for (const step of steps) {
          const { batches } = textStep(objectives.causal, part, { step, batch: 2, micro: accumulates ? 2 : 1 });
          await trainer.step(part, trainer.withMasks(part, batches, step), { step, learningRate: 3e-2 });
          await each?.();
        }
      };
      // by hand, from the weights after each step
      const bare = await open(plain);
      const expected: Values = {};
      await train(bare, [1, 2, 3, 4], async () => {
        for (const [weight, values] of Object.entries(await bare.weights())) {
          const before = expected[weight];
          expected[weight] = before ? values.map((value, i) => 0.75 * before[i]! + 0.25 * value) : values.slice();
        }
      });
      const averaged = await open(settings);
      await train(averaged, [1, 2, 3, 4]);
      const weights = await averaged.weights();
      for (const [weight, values] of Object.entries(weights))
        for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[weight]![i]!, 5);
      expect((await averaged.state()).weights).toEqual((await bare.state()).weights);
      // scores are those of a model with the averaged weights
      const { weights: _, ...given } = textStep(objectives.causal, part, { step: 9, batch: 2 }).batches[0]!;
      await bare.setWeights(weights);
      expect(await averaged.evaluate(part, given)).toEqual(await bare.evaluate(part, given));
      const first = await open(settings);
      await train(first, [1, 2]);
      const folder = temporaryFolder();
      saveCheckpoint(folder, { step: 2, progress: {}, state: await first.state() }, { parameters: settings.trained, keep: 1 });
      const second = await open(settings);
      await second.setState(latestCheckpoint(folder, () => {})!.state);
      await train(second, [3, 4]);
      expect(await second.state()).toEqual(await averaged.state());
      for (const trainer of [bare, averaged, first, second]) await trainer.close();
    }
  },
);
