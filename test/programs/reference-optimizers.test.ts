import "@tensorflow/tfjs-backend-cpu";
import { readFileSync } from "node:fs";
import { scalar, setBackend, tensor1d, zeros } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import type { OptimizerSpec } from "#runtime/contract/spec.ts";
import { registerCpuKernels } from "#runtime/engines/cpu/cpu-kernels.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { learningRateAt } from "#runtime/programs/learning-rate.ts";
import { keptSize } from "#runtime/programs/optimizers/optimizer.ts";
import { optimizerOf } from "#runtime/programs/optimizers/optimizer-table.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { optimizer } from "./small.ts";

beforeAll(() => {
  registerCpuKernels();
  return setBackend("cpu");
});

/** As in `test/reference/optimizers.py`, which made the weights after steps. */
const shapes: Record<string, { rows: number | null; widths: number[] }> = {
  joined: { rows: 12, widths: [6, 4, 4] },
  tall: { rows: 12, widths: [5] },
  wide: { rows: 3, widths: [11] },
  vector: { rows: null, widths: [7] },
};

interface Case {
  name: string;
  settings: Record<string, number | boolean>;
  weights: Record<string, Record<string, number[]>>;
}

const casesOf = (name: string): Case[] => JSON.parse(readFileSync(`test/reference/optimizers/${name}.json`, "utf8"));

function numbers(name: string, salt: number): Float32Array {
  const { rows, widths } = shapes[name]!;
  const columns = widths.reduce((sum, width) => sum + width, 0);
  const at = (i: number) => ((((i * i * 31 + i * 7919 + salt * 104729 + 37) % 2003) / 1001.5 - 1) * (1 + (i % columns))) / columns;
  return Float32Array.from({ length: (rows ?? 1) * columns }, (_, i) => at(i));
}

function parameterOf(name: string): Parameter {
  const { rows, widths } = shapes[name]!;
  const columns = widths.reduce((sum, width) => sum + width, 0);
  const own = { name, initial: { constant: 0 }, decay: true, embedding: false, layer: 0 } as const;
  if (rows === null) return { ...own, shape: [columns] };
  return { ...own, shape: [rows, columns], ...(widths.length > 1 ? { joined: widths } : {}) };
}

/** The weights after each step. */
function steps(spec: OptimizerSpec, name: string, count: number): Float32Array[] {
  const salt = Object.keys(shapes).indexOf(name);
  const parameter = parameterOf(name);
  const { scalars, ruleOf } = optimizerOf(spec);
  const rule = ruleOf(parameter);
  const kept = Object.entries(rule.keeps(parameter, spec)).map(([key, extent]) => [key, zeros([keptSize(parameter, extent)])]);
  let state: Tensors = { weights: tensor1d(numbers(name, salt)), ...Object.fromEntries(kept) };
  return Array.from({ length: count }, (_, i) => {
    const given = Object.entries(scalars(spec, i + 1, learningRateAt(i + 1, count, 0, spec)));
    const before = {
      parameters: [parameter],
      weights: state.weights!,
      kept: state,
      // half of it twice
      gradient: tensor1d(numbers(name, 100 * (i + 1) + salt).map((value) => 2 * value)),
      scale: scalar(0.5),
      decays: true,
    };
    state = rule.update(spec, before, Object.fromEntries(given.map(([key, value]) => [key, scalar(Math.fround(value))])));
    return state.weights!.dataSync() as Float32Array;
  });
}

function compare(spec: OptimizerSpec, { weights }: Case) {
  for (const [name, shown] of Object.entries(weights)) {
    const ours = steps(spec, name, 20);
    for (const [step, expected] of Object.entries(shown)) {
      const off = expected.map((value, i) => Math.abs(value - ours[Number(step) - 1]![i]!));
      expect(Math.max(...off), `${name} after step ${step}`).toBeLessThan(1e-6);
    }
  }
}

const { learningRate, finalLearningRate, warmup } = optimizer;
const course = { learningRate, finalLearningRate, warmup, schedule: "constant", clip: null } as const;

test.each(casesOf("adafactor"))("Adafactor's weights after 20 steps are those of Transformers: $name", (each) => {
  const { lr = 1, decay_rate = -0.8, ...settings } = each.settings as Record<string, number>;
  compare(
    {
      kind: "adafactor",
      ...course,
      learningRate: lr,
      relativeStep: Boolean(settings.relative_step),
      warmupInit: Boolean(settings.warmup_init),
      scaleParameter: Boolean(settings.scale_parameter),
      clipThreshold: settings.clip_threshold ?? 1,
      decayRate: -decay_rate,
      beta1: settings.beta1 ?? 0,
      epsilon1: 1e-30,
      epsilon2: 1e-3,
      weightDecay: settings.weight_decay ?? 0,
    },
    each,
  );
});

test.each(casesOf("muon"))("Muon's weights after 20 steps are those of PyTorch: $name", (each) => {
  const { lr, weight_decay, momentum, nesterov } = each.settings as {
    lr: number;
    weight_decay: number;
    momentum: number;
    nesterov: boolean;
  };
  const { beta1, beta2, epsilon } = optimizer;
  compare({ kind: "muon", ...course, learningRate: lr, momentum, nesterov, weightDecay: weight_decay, beta1, beta2, epsilon }, each);
});
