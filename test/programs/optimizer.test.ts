import "@tensorflow/tfjs-backend-cpu";
import { scalar, setBackend, tensor1d } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { registerCpuKernels } from "#runtime/engines/cpu/cpu-kernels.ts";
import { headParameters, loraParameters, type Parameter, poolerParameters } from "#runtime/models/parameters.ts";
import { clipping } from "#runtime/programs/clipping.ts";
import { learningRateAt } from "#runtime/programs/learning-rate.ts";
import { adamw } from "#runtime/programs/optimizers/adamw.ts";
import { lion } from "#runtime/programs/optimizers/lion.ts";
import type { Before } from "#runtime/programs/optimizers/optimizer.ts";
import { optimizerOf } from "#runtime/programs/optimizers/optimizer-table.ts";
import { pretrainingParameters } from "#runtime/programs/parts.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { objectives, optimizer, smallModel, textPart } from "./small.ts";

beforeAll(() => {
  registerCpuKernels();
  return setBackend("cpu");
});

const scalarsOf = (numbers: Record<string, number>): Tensors =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, scalar(Math.fround(value))]));

const weight: Parameter = { name: "w", shape: [1], initial: { constant: 0 }, decay: true, embedding: false, layer: 0 };

function beforeOf(state: Tensors, gradient: number, scale: number): Before {
  return { parameters: [weight], weights: state.weights!, kept: state, gradient: tensor1d([gradient]), scale: scalar(scale), decays: true };
}

test("AdamW follows algorithm 2 of Loshchilov and Hutter, in double precision, for ten steps", () => {
  const { beta1, beta2, epsilon, weightDecay } = optimizer;
  let [value, m, v] = [0.5, 0, 0];
  let state: Tensors = { weights: tensor1d([value]), first_moment: tensor1d([0]), second_moment: tensor1d([0]) };
  for (let step = 1; step <= 10; step++) {
    const [gradient, rate] = [Math.sin(step), 0.01 * step];
    m = beta1 * m + (1 - beta1) * gradient;
    v = beta2 * v + (1 - beta2) * gradient ** 2;
    value -= rate * (m / (1 - beta1 ** step) / (Math.sqrt(v / (1 - beta2 ** step)) + epsilon) + weightDecay * value);
    const before = beforeOf(state, gradient, 1);
    state = adamw.ruleOf().update(optimizer, before, scalarsOf(adamw.scalars(optimizer, step, rate)));
    expect(state.weights!.dataSync()[0]).toBeCloseTo(value, 5);
  }
});

test("Lion follows algorithm 2 of Chen et al., in double precision, for ten steps", () => {
  const spec = { ...optimizer, kind: "lion", beta1: 0.9, beta2: 0.99, weightDecay: 0.3 } as const;
  const { beta1, beta2, weightDecay } = spec;
  let [value, mean] = [0.5, 0];
  let state: Tensors = { weights: tensor1d([value]), first_moment: tensor1d([0]) };
  for (let step = 1; step <= 10; step++) {
    const [gradient, rate] = [Math.sin(2 * step), 0.01 * step];
    value -= rate * (Math.sign(beta1 * mean + (1 - beta1) * gradient) + weightDecay * value);
    mean = beta2 * mean + (1 - beta2) * gradient;
    const before = beforeOf(state, 2 * gradient, 0.5);
    state = lion.ruleOf(weight).update(spec, before, scalarsOf(lion.scalars(spec, step, rate)));
    expect(state.weights!.dataSync()[0]).toBeCloseTo(value, 5);
    expect(state.first_moment!.dataSync()[0]).toBeCloseTo(mean, 6);
  }
});

test("Muon has the matrices of the blocks, and AdamW what is no matrix, embeddings and heads", () => {
  const model = smallModel({ architecture: "encoder", embeddingWidth: 8, tokenTypes: 2, predictionTransform: true, activation: "swiglu" });
  const all = [
    ...pretrainingParameters(model, [textPart(model, objectives.replaced_token)]),
    ...headParameters(model, "0", 3),
    ...poolerParameters(model),
    ...loraParameters(model, 2),
  ];
  const byMuon = all.filter((parameter) => !optimizerOf({ kind: "muon" }).ruleOf(parameter).elementwise).map(({ name }) => name);
  const blocks = ["", "generator."].flatMap((of) =>
    [0, 1].flatMap((layer) =>
      ["attention.query_key_value", "attention.output", "feed_forward.input", "feed_forward.output"].map(
        (name) => `${of}encoder.layers.${layer}.${name}.weight`,
      ),
    ),
  );
  expect(byMuon.filter((name) => !name.startsWith("lora.")).toSorted()).toEqual(blocks.toSorted());
  expect(all.filter(({ joined }) => joined).map(({ name, joined }) => [name.replace(/\d/, "N"), joined])).toContainEqual([
    "encoder.layers.N.attention.query_key_value.weight",
    [16, 16, 16],
  ]);
});

test("gradients above the clip are scaled down to it, smaller ones stay", () => {
  const gradients = [tensor1d([3, 0]), tensor1d([0, 4])];
  const { norm, scale } = clipping(gradients, 1);
  expect(norm.dataSync()[0]).toBeCloseTo(5, 6);
  expect(scale.dataSync()[0]).toBeCloseTo(0.2, 5);
  expect(clipping(gradients, 10).scale.dataSync()[0]).toBe(1);
  expect(clipping(gradients, null).scale.dataSync()[0]).toBe(1);
});

test.each([
  ["constant", [0.05, 0.1, 0.1, 0.1]],
  ["linear", [0.05, 0.1, 0.1, 0.06]],
  ["cosine", [0.05, 0.1, 0.1, 0.06]],
] as const)(
  "%s: a line up over the warm-up, then from the whole rate down to the final rate one step behind the last",
  (schedule, expected) => {
    const settings = { ...optimizer, schedule, learningRate: 0.1, finalLearningRate: 0.02 };
    const rates = [5, 10, 11, 56].map((step) => learningRateAt(step, 100, 10, settings));
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i]!, 12);
    expect(learningRateAt(101, 100, 10, settings)).toBeCloseTo(schedule === "constant" ? 0.1 : 0.02, 12);
  },
);

test("a schedule without warm-up falls as those of Transformers", () => {
  // get_linear_schedule_with_warmup and get_cosine_schedule_with_warmup, lambda(0) … lambda(3) of 4 steps
  const fresh = { ...optimizer, learningRate: 1, finalLearningRate: 0 };
  const rates = (schedule: "linear" | "cosine") => [1, 2, 3, 4].map((step) => learningRateAt(step, 4, 0, { ...fresh, schedule }));
  for (const [i, rate] of rates("linear").entries()) expect(rate).toBeCloseTo([1, 0.75, 0.5, 0.25][i]!, 12);
  for (const [i, rate] of rates("cosine").entries()) expect(rate).toBeCloseTo([1, 0.853553, 0.5, 0.146447][i]!, 6);
});

test("schedules for any budget fall as those of Transformers", () => {
  // get_inverse_sqrt_schedule with two and no steps of warm-up, get_wsd_schedule with 2, 4 and 4 steps and min_lr_ratio 0.1; from the
  // first step after the warm-up on
  const roots = { ...optimizer, learningRate: 1, finalLearningRate: 0, schedule: "inverse_sqrt" } as const;
  const stable = { ...optimizer, learningRate: 1, finalLearningRate: 0.1, schedule: "wsd" } as const;
  const cooldown = { unit: "steps", value: 4 } as const;
  const courses: [number, OptimizerSpec, number[]][] = [
    [2, roots, [1, 0.816497, Math.SQRT1_2, 0.632456, 0.57735, 0.534522, 0.5, 0.471405]],
    [0, roots, [1, 0.99995, 0.9999, 0.99985, 0.9998]],
    [2, { ...roots, finalLearningRate: 0.6 }, [1, 0.816497, Math.SQRT1_2, 0.632456, 0.6, 0.6]],
    [2, { ...stable, cooldown }, [1, 1, 1, 1, 1, 0.775, 0.55, 0.325]],
    [2, { ...stable, cooldown: { unit: "share", value: 0.4 }, cooldownShape: "sqrt" }, [1, 1, 1, 1, 1, 0.55, 0.363604, 0.220577]],
    // a tenth of the steps
    [2, stable, [1, 1, 1, 1, 1, 1, 1, 1]],
    // never before the end of the warm-up
    [8, { ...stable, cooldown }, [1, 0.55]],
  ];
  for (const [warmup, spec, expected] of courses)
    for (const [i, rate] of expected.entries()) expect(learningRateAt(warmup + 1 + i, 10, warmup, spec)).toBeCloseTo(rate, 5);
});

test("every step has a rate above 0, however few or many and however long the warm-up", () => {
  for (const schedule of ["constant", "linear", "cosine", "inverse_sqrt", "wsd"] as const)
    for (const steps of [1, 2, 3, 7, 1e7])
      for (const warmup of new Set([0, 1, 2, steps - 1, steps, steps + 5]))
        for (const step of new Set([1, 2, Math.min(steps, warmup + 1), steps - 1, steps])) {
          if (step < 1 || step > steps) continue;
          const rate = learningRateAt(step, steps, warmup, { ...optimizer, schedule, learningRate: 0.1, finalLearningRate: 0 });
          expect(rate, `${schedule}, step ${step} of ${steps}, warm-up ${warmup}`).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(0.1);
        }
});

test("without warm-up the first step has the full rate", () => {
  expect(learningRateAt(1, 10, 0, { ...optimizer, learningRate: 0.1, schedule: "constant" })).toBe(0.1);
});
