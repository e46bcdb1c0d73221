import {
  add,
  concat,
  div,
  exp,
  log,
  logSoftmax,
  matMul,
  mul,
  neg,
  relu,
  reshape,
  setBackend,
  sigmoid,
  split,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  valueAndGrads,
} from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { sizeOf } from "#runtime/contract/shape.ts";
import { cpuEngine } from "#runtime/engines/cpu/cpu-engine.ts";
import { attention } from "#runtime/models/operations/attention.ts";
import { contrast } from "#runtime/models/operations/contrast.ts";
import { binaryCrossEntropy, negativeLogLikelihood, projectedCrossEntropy } from "#runtime/models/operations/cross-entropy.ts";
import { embed } from "#runtime/models/operations/embedding.ts";
import { gelu, geluTanh } from "#runtime/models/operations/gelu.ts";
import { layerNorm, rmsNorm } from "#runtime/models/operations/layer-norm.ts";
import { applyRotary, relativeBias } from "#runtime/models/positions.ts";
import { random } from "#runtime/random/random.ts";
import { registerGradients } from "#runtime/trace/gradients.ts";
import { smallModel } from "../programs/small.ts";

beforeAll(async () => {
  // registers our kernels with the eager backend
  await (await cpuEngine.open({ state: [], functions: [] })).close();
  setBackend("cpu");
  registerGradients();
});

const from = random("gradients");
const normal = (...shape: number[]) =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => from.normal()),
    shape,
  );
const ids = (length: number, below: number) =>
  tensor(
    Int32Array.from({ length }, () => from.below(below)),
    [length],
    "int32",
  );
const keep = (...shape: number[]) =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => (from.uniform() < 0.8 ? 1.25 : 0)),
    shape,
  );

/** 0 or −1e9: each query sees about half of the keys, the first always. */
function mask(batch: number, q: number, k: number): Tensor {
  return tensor(
    Float32Array.from({ length: batch * q * k }, (_, i) => (i % k === 0 || from.uniform() < 0.5 ? 0 : -1e9)),
    [batch, 1, q, k],
  );
}

const operations: [string, Tensor[], (...inputs: Tensor[]) => Tensor][] = [
  ["LayerNorm with bias", [normal(5, 6), normal(6), normal(6)], (x, scale, bias) => layerNorm(x!, scale!, bias)],
  ["LayerNorm without bias", [normal(5, 6), normal(6)], (x, scale) => layerNorm(x!, scale!, undefined)],
  ["RMS norm", [normal(5, 6), normal(6)], (x, scale) => rmsNorm(x!, scale!)],
  ["GELU", [normal(4, 5)], (x) => gelu(x!)],
  [
    "attention",
    [normal(2, 2, 4, 3), normal(2, 2, 5, 3), normal(2, 2, 5, 3)],
    (
      (bias) => (q, k, v) =>
        attention(q!, k!, v!, { bias, keep: undefined })
    )(mask(2, 4, 5)),
  ],
  [
    "attention with dropout and a relative bias",
    [normal(2, 2, 4, 3), normal(2, 2, 4, 3), normal(2, 2, 4, 3), normal(1, 2, 4, 4)],
    (
      (masking) => (q, k, v, relative) =>
        attention(q!, k!, v!, masking, relative)
    )({ bias: mask(2, 4, 4), keep: keep(2, 2, 4, 4) }),
  ],
  [
    "projected cross-entropy",
    [normal(5, 4), normal(7, 4)],
    (
      (targets, weights) => (x, weight) =>
        projectedCrossEntropy(x!, { weight: weight!, bias: undefined }, targets, weights)
    )(ids(5, 7), tensor([0.3, 0, 0.2, 0.4, 0.1])),
  ],
  [
    "embedding",
    [normal(6, 3)],
    (
      (rows) => (table) =>
        embed(table!, rows)
    )(ids(9, 6)),
  ],
  [
    "rotary positions",
    [normal(2, 2, 4, 6)],
    (
      (positions) => (x) =>
        applyRotary(x!, positions, 4, { base: 10000 })
    )(tensor([0, 1, 2, 3, 0, 1, 0, 1], [2, 4], "int32")),
  ],
  ["relative positions", [normal(32, 2)], (table) => relativeBias(smallModel({ position: "relative", heads: 2 }), table!, 5, true)],
  [
    "Add, Sub, Multiply, RealDiv with broadcasting",
    [normal(3, 4), normal(4), normal(3, 1)],
    (a, b, c) => div(mul(sub(add(a!, b!), c!), b!), add(mul(c!, c!), 1)),
  ],
  ["Exp, Log, Neg, Sigmoid, Relu", [normal(3, 4)], (x) => add(log(add(exp(neg(x!)), 1)), mul(sigmoid(x!), relu(x!)))],
  ["LogSoftmax", [normal(3, 4)], (x) => logSoftmax(x!)],
  [
    "Sum over an axis, Transpose, Reshape",
    [normal(3, 4, 2)],
    (x) => mul(transpose(reshape(x!, [4, 3, 2]), [2, 0, 1]), reshape(sum(x!, [0, 1]), [2, 1, 1])),
  ],
  [
    "SplitV and Concat",
    [normal(3, 6)],
    (x) =>
      concat(
        split(x!, [1, 2, 3], 1)
          .map((part, i) => mul(part, i + 1))
          .reverse(),
        1,
      ),
  ],
  ...([false, true] as const).flatMap((transposeA) =>
    ([false, true] as const).map((transposeB): [string, Tensor[], (...inputs: Tensor[]) => Tensor] => [
      `BatchMatMul, transposes ${transposeA} and ${transposeB}`,
      [normal(2, ...(transposeA ? [4, 3] : [3, 4])), normal(2, ...(transposeB ? [5, 4] : [4, 5]))],
      (a, b) => matMul(a!, b!, transposeA, transposeB),
    ]),
  ),
  ["GELU by a tanh", [normal(4, 5)], (x) => geluTanh(x!)],
  [
    "projected cross-entropy with a bias",
    [normal(5, 4), normal(7, 4), normal(7)],
    (
      (targets, weights) => (x, weight, bias) =>
        projectedCrossEntropy(x!, { weight: weight!, bias: bias! }, targets, weights)
    )(ids(5, 7), tensor([0.3, 0, 0.2, 0.4, 0.1])),
  ],
  [
    "binary cross-entropy",
    [normal(5)],
    (
      (labels, weights) => (logits) =>
        binaryCrossEntropy(logits!, labels, weights)
    )(tensor([0, 1, 1, 0, 1]), tensor([0.3, 0, 0.2, 0.4, 0.1])),
  ],
  [
    "contrast of views",
    [normal(4, 5), normal(4, 5)],
    (
      (present) => (one, other) =>
        // an empty place has a loss that nothing weighs
        mul(contrast(one!, other!, present, 0.5), present)
    )(tensor([1, 1, 0, 1])),
  ],
  [
    "projected cross-entropy with label smoothing and z-loss",
    [normal(5, 4), normal(7, 4), normal(7)],
    (
      (targets, weights) => (x, weight, bias) =>
        projectedCrossEntropy(x!, { weight: weight!, bias: bias! }, targets, weights, { labelSmoothing: 0.2, zLoss: 0.1 })
    )(ids(5, 7), tensor([0.3, 0, 0.2, 0.4, 0.1])),
  ],
];

test.each(operations)("%s: the gradient is the slope along random directions", (_, inputs, operation) => {
  const probe = normal(...operation(...inputs).shape);
  const f = (...values: Tensor[]) => sum(mul(operation(...values), probe));
  const { grads } = valueAndGrads(f as never)(inputs);
  for (const [i, input] of inputs.entries()) {
    const direction = normal(...input.shape);
    const at = (h: number) => f(...inputs.map((value, j) => (j === i ? add(value, mul(direction, h)) : value))).dataSync()[0]!;
    const difference = (h: number) => (at(h) - at(-h)) / (2 * h);
    // Richardson's extrapolation: what is left is of order h⁴
    const slope = (4 * difference(1e-2) - difference(2e-2)) / 3;
    const gradient = sum(mul(grads[i]!, direction)).dataSync()[0]!;
    expect(grads[i]!.shape).toEqual(input.shape);
    expect(Math.abs(gradient - slope)).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
  }
});

test("cross-entropy is −log softmax, also where a probability underflows", () => {
  const x = tensor([
    [200, 0],
    [0, 1],
  ]);
  const projection = tensor([
    [1, 0],
    [-1, 0],
    [0, 1],
  ]);
  const losses = negativeLogLikelihood(x, { weight: projection, bias: undefined }, tensor([1, 2], [2], "int32")).dataSync();
  expect(losses[0]).toBeCloseTo(400, 3);
  expect(losses[1]).toBeCloseTo(Math.log(2 + Math.E) - 1, 5);
});

test("label smoothing and z-loss are those of PyTorch", () => {
  // cross_entropy(logits, targets, reduction="none", label_smoothing=0.1) + 0.01 * logsumexp(logits, -1) ** 2, PyTorch 2.15
  const x = tensor([0.5, -1, 2, 0.25, -0.75, 1.5], [3, 2]);
  const projection = { weight: tensor([1, 0.5, -0.5, 2, 0.25, -1.5, 3, 1], [4, 2]), bias: tensor([0.1, -0.2, 0.3, 0]) };
  const [targets, weights] = [tensor([2, 0, 1], [3], "int32"), tensor([0.5, 0.3, 0.2])];
  const loss = (x: Tensor) => projectedCrossEntropy(x, projection, targets, weights, { labelSmoothing: 0.1, zLoss: 0.01 });
  const { value, grads } = valueAndGrads(loss as never)([x]);
  expect(value.dataSync()[0]).toBeCloseTo(1.7279411554336548, 6);
  const expected = [
    0.2569493055343628, 0.22360163927078247, 0.6991654634475708, 0.1825554072856903, -0.006980102974921465, 0.034810587763786316,
  ];
  for (const [i, slope] of grads[0]!.dataSync().entries()) expect(slope).toBeCloseTo(expected[i]!, 6);
});
