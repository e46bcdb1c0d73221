import "@tensorflow/tfjs-backend-cpu";
import { scalar, setBackend, tensor1d } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { registerCpuKernels } from "#runtime/engines/cpu/kernels.ts";
import { adamW, adamWScalars, clipping } from "#runtime/programs/adamw.ts";
import { learningRateAt } from "#runtime/programs/schedule.ts";
import { optimizer } from "./small.ts";

beforeAll(() => {
  registerCpuKernels();
  return setBackend("cpu");
});

test("AdamW follows algorithm 2 of Loshchilov and Hutter, in double precision, for ten steps", () => {
  const { beta1, beta2, epsilon, weightDecay } = optimizer;
  let [weight, m, v] = [0.5, 0, 0];
  let state = { weights: tensor1d([weight]), firstMoment: tensor1d([0]), secondMoment: tensor1d([0]) } as Parameters<typeof adamW>[1];
  for (let step = 1; step <= 10; step++) {
    const [gradient, rate] = [Math.sin(step), 0.01 * step];
    m = beta1 * m + (1 - beta1) * gradient;
    v = beta2 * v + (1 - beta2) * gradient ** 2;
    weight -= rate * (m / (1 - beta1 ** step) / (Math.sqrt(v / (1 - beta2 ** step)) + epsilon) + weightDecay * weight);
    const scalars = adamWScalars(optimizer, step, rate);
    const given = {
      learningRate: scalar(scalars.learning_rate[0]!),
      stepSize: scalar(scalars.step_size[0]!),
      epsilon: scalar(scalars.epsilon[0]!),
    };
    state = adamW(optimizer, state, tensor1d([gradient]), undefined, given, true);
    expect(state.weights.dataSync()[0]).toBeCloseTo(weight, 5);
  }
});

test("gradients above the clip are scaled down to it, smaller ones stay", () => {
  const gradients = [tensor1d([3, 0]), tensor1d([0, 4])];
  const { norm, scale } = clipping(gradients, 1);
  expect(norm.dataSync()[0]).toBeCloseTo(5, 6);
  expect(scale!.dataSync()[0]).toBeCloseTo(0.2, 5);
  expect(clipping(gradients, 10).scale!.dataSync()[0]).toBe(1);
  expect(clipping(gradients, null).scale).toBeUndefined();
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

test("every step has a rate above 0, however few or many and however long the warm-up", () => {
  for (const schedule of ["constant", "linear", "cosine"] as const)
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
