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
  ["linear", [0.05, 0.1, 0.06, 0.02]],
  ["cosine", [0.05, 0.1, 0.06, 0.02]],
] as const)("%s: a line up over the warm-up, then down to the final rate at the last step", (schedule, expected) => {
  const settings = { ...optimizer, schedule, learningRate: 0.1, finalLearningRate: 0.02 };
  const rates = [5, 10, 55, 100].map((step) => learningRateAt(step, 100, 10, settings));
  for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i]!, 12);
});

test("without warm-up the first step has the full rate", () => {
  expect(learningRateAt(1, 10, 0, { ...optimizer, learningRate: 0.1, schedule: "constant" })).toBe(0.1);
});
