import {
  backend_util,
  broadcast_util,
  concat,
  div,
  exp,
  getGradient,
  matMul,
  mul,
  neg,
  onesLike,
  registerGradient,
  reshape,
  split,
  step,
  sub,
  sum,
  type Tensor,
  transpose,
  unsortedSegmentSum,
  util,
} from "@tensorflow/tfjs-core";

interface GradientAttributes {
  axis: number;
  perm: readonly number[];
  transposeA: boolean;
  transposeB: boolean;
}
type Gradient = {
  inputs?: readonly string[];
  /** Saves all inputs of a kernel whose inputs are a list. */
  all?: boolean;
  outputs?: boolean;
  of(dy: Tensor, saved: Tensor[], attributes: GradientAttributes): Record<string, () => Tensor>;
};

/**
 * Registers the gradients of the kernels that programs use. TensorFlow.js has them in files that Node cannot import as modules; these are
 * the few that are needed, without the work that static shapes make unnecessary. Idempotent.
 */
export function registerGradients(): void {
  if (getGradient("Add")) return;
  for (const [kernelName, { inputs, all, outputs, of }] of Object.entries(gradients)) {
    registerGradient({
      kernelName,
      inputsToSave: inputs ? [...inputs] : [],
      saveAllInputs: all ?? false,
      outputsToSave: outputs ? [true] : [],
      gradFunc: ((dy: Tensor, saved: Tensor[], attributes: unknown) => of(dy, saved, attributes as GradientAttributes)) as never,
    });
  }
}

const gradients: Record<string, Gradient> = {
  Add: { inputs: ["a", "b"], of: (dy, [a, b]) => ({ a: () => like(a!, dy), b: () => like(b!, dy) }) },
  Sub: { inputs: ["a", "b"], of: (dy, [a, b]) => ({ a: () => like(a!, dy), b: () => like(b!, neg(dy)) }) },
  Multiply: { inputs: ["a", "b"], of: (dy, [a, b]) => ({ a: () => like(a!, mul(dy, b!)), b: () => like(b!, mul(dy, a!)) }) },
  RealDiv: {
    inputs: ["a", "b"],
    of: (dy, [a, b]) => ({ a: () => like(a!, div(dy, b!)), b: () => like(b!, neg(div(mul(dy, a!), mul(b!, b!)))) }),
  },
  Neg: { of: (dy) => ({ x: () => neg(dy) }) },
  Exp: { outputs: true, of: (dy, [y]) => ({ x: () => mul(dy, y!) }) },
  Log: { inputs: ["x"], of: (dy, [x]) => ({ x: () => div(dy, x!) }) },
  Relu: { inputs: ["x"], of: (dy, [x]) => ({ x: () => mul(dy, step(x!)) }) },
  Sigmoid: { outputs: true, of: (dy, [y]) => ({ x: () => mul(dy, mul(y!, sub(1, y!))) }) },
  LogSoftmax: { outputs: true, of: (dy, [y]) => ({ logits: () => sub(dy, mul(exp(y!), sum(dy, -1, true))) }) },
  Identity: { of: (dy) => ({ x: () => dy }) },
  Reshape: { inputs: ["x"], of: (dy, [x]) => ({ x: () => reshape(dy, x!.shape) }) },
  Transpose: { of: (dy, _, { perm }) => ({ x: () => transpose(dy, backend_util.getUndoAxesPermutation([...perm])) }) },
  Sum: {
    inputs: ["x"],
    of: (dy, [x], { axis }) => ({
      x: () => {
        const axes = new Set(util.parseAxisParam(axis, x!.shape));
        const kept = x!.shape.map((size, i) => (axes.has(i) ? 1 : size));
        return mul(reshape(dy, kept), onesLike(x!));
      },
    }),
  },
  GatherV2: {
    inputs: ["x", "indices"],
    of(dy, [x, indices], { axis }) {
      if (axis !== 0 || indices!.rank !== 1) throw new Error("the gradient of a gather is implemented only for rows by a list of indices");
      return { x: () => unsortedSegmentSum(dy, indices as never, x!.shape[0] as number) };
    },
  },
  SplitV: { of: (dy, _, { axis }) => ({ x: () => concat(dy as unknown as Tensor[], axis) }) },
  Concat: {
    all: true,
    of(dy, parts, { axis }) {
      const along = (axis + dy.rank) % dy.rank;
      const pieces = split(
        dy,
        parts.map((part) => part.shape[along] as number),
        along,
      );
      return Object.fromEntries(pieces.map((piece, i) => [String(i), () => piece]));
    },
  },
  BatchMatMul: {
    inputs: ["a", "b"],
    of(dy, [a, b], { transposeA, transposeB }) {
      if (a!.rank !== b!.rank) throw new Error("the gradient of a matrix product is implemented only for operands of the same rank");
      const da = () => (transposeA ? matMul(b!, dy, transposeB, true) : matMul(dy, b!, false, !transposeB));
      const db = () => (transposeB ? matMul(dy, a!, true, transposeA) : matMul(a!, dy, !transposeA, false));
      return { a: da, b: db };
    },
  },
};

/** dy, summed over the axes along which the operand was broadcast. */
function like(operand: Tensor, dy: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(operand.shape, dy.shape);
  return reshape(axes.length > 0 ? sum(dy, axes) : dy, operand.shape);
}
