import {
  add,
  div,
  type Tensor2D as Matrix,
  matMul,
  maximum,
  mul,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "@tensorflow/tfjs-core";
import type { Parameter } from "#runtime/models/parameters.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { adamw, adamwRule } from "./adamw.ts";
import { type Alone, alone } from "./alone.ts";
import type { Extent, Optimizer, Rule, SpecOf } from "./optimizer.ts";

type Settings = SpecOf<"muon">;

/**
 * Jordan 2024: the momentum of a matrix, with its singular values brought near to 1. The scale is that of Liu et al. 2025, section 2.2, with
 * which learning rates and weight decay are AdamW's. As `torch.optim.Muon` with `adjust_lr_fn="match_rms_adamw"` computes it, for the
 * matrices of the blocks; queries, keys, values and gates that are joined in a weight are matrices of their own. AdamW updates the rest:
 * embeddings, norms, biases, and what reads the last hidden states.
 */
export const muon: Optimizer<Settings> = {
  scalars: adamw.scalars,
  rates: adamw.rates,
  ruleOf: (parameter) => (isHiddenMatrix(parameter) ? rule : adamwRule),
};

const keeps: Record<string, Extent> = { momentum: "weights" };

const rule: Rule<Settings> = {
  elementwise: false,
  keeps: () => keeps,
  update: (spec, before, scalars) => alone(before, keeps, (one) => step(spec, one, scalars)),
};

function isHiddenMatrix({ shape, embedding, layer }: Parameter): boolean {
  return shape.length === 2 && !embedding && layer !== null && Number.isFinite(layer);
}

function step({ momentum, nesterov, weightDecay }: Settings, { weights, kept, gradient, decays }: Alone, scalars: Tensors): Tensors {
  const rate = scalars.learning_rate!;
  const mixed = (of: Tensor) => add(mul(of, momentum), mul(gradient, 1 - momentum));
  const mean = mixed(kept.momentum!);
  const direction = orthogonalized((nesterov ? mixed(mean) : mean) as Matrix);
  const keep = decays && weightDecay > 0 ? sub(1, mul(rate, weightDecay)) : scalar(1);
  const size = 0.2 * Math.sqrt(Math.max(...weights.shape));
  return { weights: sub(mul(weights, keep), mul(direction, mul(rate, size))), momentum: mean };
}

/** Coefficients of the iteration, and how often it is done (Jordan 2024, "Tuning the coefficients"). */
const [a, b, c, iterations] = [3.4445, -4.775, 2.0315, 5];

/** Newton–Schulz: X ← a X + (b A + c A²) X, where A = X Xᵀ, from a matrix whose singular values are at most 1. The smaller A is taken. */
function orthogonalized(matrix: Matrix): Matrix {
  const [rows, columns] = matrix.shape;
  const isWide = rows <= columns;
  let x: Matrix = div(matrix, maximum(sqrt(sum(square(matrix))), 1e-7));
  for (let i = 0; i < iterations; i++) {
    const gram = matMul(x, x, !isWide, isWide);
    const factor: Matrix = add(mul(gram, b), mul(matMul(gram, gram), c));
    x = add(mul(x, a), isWide ? matMul(factor, x) : matMul(x, factor));
  }
  return x;
}
