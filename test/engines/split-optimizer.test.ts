import { expect, test } from "vitest";
import { sizeOf } from "#runtime/contract/shape.ts";
import { sumOfSquares, updateInPlace } from "#runtime/engines/onnx/host-update.ts";
import { lowerToOnnx } from "#runtime/engines/onnx/lower-to-onnx.ts";
import { trainingProgram } from "#runtime/programs/training-program.ts";
import { random } from "#runtime/random/random.ts";
import { trace } from "#runtime/trace/trace.ts";
import { objectives, settingsOf, smallModel, textPart } from "../programs/small.ts";

test("the update in place is AdamW's, for arrays longer than a block and of any length, the gradient in parts", () => {
  const size = 40_003;
  const from = random("update");
  const numbers = (scale: number) => Float32Array.from({ length: size }, () => scale * from.normal());
  const [weights, first, gradient] = [numbers(1), numbers(0.1), numbers(1)];
  const second = numbers(0.1).map(Math.abs);
  const scalars = { scale: 0.7, beta1: 0.9, beta2: 0.98, stepSize: 0.01, epsilon: 1e-6, keep: 0.999 };
  const expected = Array.from(weights, (w, i) => {
    const g = scalars.scale * gradient[i]!;
    const m = scalars.beta1 * first[i]! + (1 - scalars.beta1) * g;
    const v = scalars.beta2 * second[i]! + (1 - scalars.beta2) * g * g;
    return [scalars.keep * w - (scalars.stepSize * m) / (Math.sqrt(v) + scalars.epsilon), m, v] as const;
  });
  const parts = [gradient.subarray(0, 5), gradient.subarray(5, 30_000), gradient.subarray(30_000)];
  updateInPlace([weights, first, second], parts, scalars);
  const off = expected.map(([w, m, v], i) =>
    Math.max(Math.abs(weights[i]! - w) / (1 + Math.abs(w)), Math.abs(first[i]! - m), Math.abs(second[i]! - v) / (1 + v)),
  );
  expect(Math.max(...off)).toBeLessThan(1e-6);
});

test("squares are summed over parts of any length", () => {
  const from = random("squares");
  const numbers = Float32Array.from({ length: 40_003 }, () => from.normal());
  const expected = numbers.reduce((sum, value) => sum + value * value, 0);
  const parts = [numbers.subarray(0, 3), numbers.subarray(3, 30_001), numbers.subarray(30_001)];
  expect(Math.abs(sumOfSquares(parts) / expected - 1)).toBeLessThan(1e-6);
  // values left after the end of a block by an earlier call are not counted
  expect(sumOfSquares([Float32Array.of(3, 4)])).toBe(25);
});

test("no weights and no moments leave a step's graph, and no moments enter it", () => {
  const model = smallModel();
  const program = trainingProgram(settingsOf(model, textPart(model, objectives.causal), 2));
  const step = lowerToOnnx(trace(program.functions[0]!, program.state));
  expect(step.updates).toEqual({});
  expect(step.optimizer.map(({ weights }) => weights)).toEqual(program.groups.map(({ index }) => `weights.${index}`));
  expect(Object.keys(step.state).filter((name) => name.includes("moment"))).toEqual([]);
  // nor is the gradient's norm a part of the graph
  expect(Object.keys(step.outputs)).toEqual(["loss"]);
  expect(Object.keys(step.scalars)).toEqual(["gradient_norm"]);
  const viewed = Object.values(step.views).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  expect(viewed).toBe(program.groups.reduce((sum, { size }) => sum + size, 0));
});

test("micro-batches add to their gradients in place, and the update empties these", () => {
  const model = smallModel();
  const program = trainingProgram(settingsOf(model, textPart(model, objectives.causal), 2, { accumulates: true }));
  const lowered = (name: string) => lowerToOnnx(trace(program.functions.find((fn) => fn.name === name)!, program.state));
  const [micro, apply] = [lowered("accumulate.0"), lowered("apply")];
  expect([micro.updates, apply.updates]).toEqual([{}, {}]);
  const entries = program.groups.map(({ index }) => `gradient.${index}`);
  expect(micro.sums.map(({ entry }) => entry)).toEqual(entries);
  expect(apply.fills).toEqual(entries.map((entry) => ({ entry, value: 0 })));
  expect(apply.optimizer[0]!.gradient).toEqual([{ entry: "gradient.0" }]);
});
