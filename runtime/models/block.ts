import { add, concat, mul, relu, reshape, sigmoid, split, type Tensor, transpose } from "@tensorflow/tfjs-core";
import type { Activation } from "#runtime/contract/spec.ts";
import { type Forward, norm } from "./forward.ts";
import { linear } from "./linear.ts";
import { attention, attentionWeights, type Masking, pagedAttention } from "./operations/attention.ts";
import { drop, keepFactors, rowsOf } from "./operations/dropout.ts";
import { gelu, geluTanh } from "./operations/gelu.ts";
import { attentionOutputs } from "./parameters.ts";
import { applyRotary } from "./positions.ts";

/** The inputs of a stack's blocks in addition to the hidden states. */
export interface BlockContext {
  batch: number;
  /** (B, 1, Tq, Tk): 0 where attention is allowed, a large negative number elsewhere. */
  bias: Tensor;
  /** (B, Tq), int32 */
  positions: Tensor;
  /** (1, H, Tq, Tk): learned bias of relative positions. */
  relative: Tensor | undefined;
  /** The encoder's output (B × S, C) and its attention bias (B, 1, Tq, S). */
  memory: { states: Tensor; bias: Tensor } | undefined;
  cache?: KeyValueCache;
  /** (N): indices of the rows of the result to compute; absent: all. */
  targetPositions?: Tensor | undefined;
}

/** Cached keys and values, (B, H, T, W) each, of earlier positions. */
export interface KeyValueCache {
  /** For self-attention: stores keys and values of the current positions, and returns all that are visible, in pages along T. */
  extend(name: string, keys: Tensor, values: Tensor): [Tensor[], Tensor[]];
  /** For cross-attention: keys and values of the encoder's output, which are computed only once. */
  memory(name: string, compute: () => [Tensor, Tensor]): [Tensor, Tensor];
}

/**
 * x (B × T, C) → (B × T, C): attention, attention to the encoder if there is one, and feed-forward, each on a residual branch. If only some
 * rows are wanted, the others are dropped after the last attention, since from there on positions are independent.
 */
export function block(forward: Forward, name: string, x: Tensor, context: BlockContext): Tensor {
  const branches: [string, (input: Tensor, targetPositions: Tensor | undefined) => Tensor][] = [
    ["attention", (input, targetPositions) => selfAttention(forward, `${name}.attention`, input, { ...context, targetPositions })],
    [
      "cross_attention",
      (input, targetPositions) => crossAttention(forward, `${name}.cross_attention`, input, { ...context, targetPositions }),
    ],
    ["feed_forward", (input) => feedForward(forward, `${name}.feed_forward`, input)],
  ];
  const last = context.memory ? "cross_attention" : "attention";
  let left: Tensor | undefined;
  for (const [branch, compute] of branches) {
    if (branch === "cross_attention" && !context.memory) continue;
    const targetPositions = branch === last ? context.targetPositions : undefined;
    left ??= targetPositions;
    const [place, normName] = [`${name}.${branch}`, `${name}.${branch}_norm`];
    const output = (input: Tensor) => adapted(forward, place, drop(compute(input, targetPositions), forward.dropout, place, left));
    const residual = rowsOf(x, targetPositions);
    x =
      forward.model.placement === "pre"
        ? add(residual, output(norm(forward, normName, x)))
        : norm(forward, normName, add(residual, output(x)));
  }
  return x;
}

/** Applies the adapter after a branch, if fine-tuning added one (Houlsby et al. 2019, section 2.1). */
function adapted({ parameters }: Forward, branch: string, x: Tensor): Tensor {
  const name = `adapters.${branch}`;
  if (!parameters[`${name}.down.weight`]) return x;
  return add(x, linear(parameters, `${name}.up`, gelu(linear(parameters, `${name}.down`, x))));
}

function selfAttention(
  forward: Forward,
  name: string,
  x: Tensor,
  { batch, bias, positions, relative, cache, targetPositions }: BlockContext,
): Tensor {
  const { model, parameters } = forward;
  const projected = linear(parameters, `${name}.query_key_value`, x);
  const [q, k, v] = toHeads(forward, `${name}.query_key_value`, projected, batch) as [Tensor, Tensor, Tensor];
  const turn = (heads: Tensor) => (model.position === "rotary" ? applyRotary(heads, positions, model.context, model.rotary) : heads);
  const [keys, values] = cache ? cache.extend(name, turn(k), v) : [[turn(k)], [v]];
  return attend(forward, name, [turn(q), keys, values], { bias, relative, targetPositions });
}

function crossAttention(forward: Forward, name: string, x: Tensor, { batch, memory, cache, targetPositions }: BlockContext): Tensor {
  const { parameters } = forward;
  const { states, bias } = memory!;
  const [q] = toHeads(forward, `${name}.query`, linear(parameters, `${name}.query`, x), batch) as [Tensor];
  const compute = () => {
    const projected = linear(parameters, `${name}.key_value`, states);
    return toHeads(forward, `${name}.key_value`, projected, batch) as [Tensor, Tensor];
  };
  const [k, v] = cache ? cache.memory(name, compute) : compute();
  return attend(forward, name, [q, [k], [v]], { bias, relative: undefined, targetPositions });
}

/** Attention: q (B, H, Tq, W), k and v (B, G, Tk, W) in pages along Tk → (B × Tq, C), or only the wanted rows. */
function attend(
  forward: Forward,
  name: string,
  [q, k, v]: [Tensor, Tensor[], Tensor[]],
  { bias, relative, targetPositions }: Pick<BlockContext, "bias" | "relative" | "targetPositions">,
): Tensor {
  const groups = forward.model.heads / forward.model.keyValueHeads;
  const [keys, values] = [k, v].map((pages) => pages.map((page) => repeatHeads(page, groups))) as [Tensor[], Tensor[]];
  const masking: Masking = { bias, keep: keepFactors(forward.dropout, `${name}.weights`) };
  if (!forward.model.scaledAttention) masking.scale = 1;
  const one = keys.length === 1;
  if (one) forward.observe?.(`${name}.weights`, attentionWeights(q, keys[0]!, masking, relative));
  const seen = one ? attention(q, keys[0]!, values[0]!, masking, relative) : pagedAttention(q, keys, values, masking, relative);
  return linear(forward.parameters, `${name}.output`, rowsOf(fromHeads(seen), targetPositions));
}

function feedForward({ model, parameters }: Forward, name: string, x: Tensor): Tensor {
  const inner = linear(parameters, `${name}.input`, x);
  return linear(parameters, `${name}.output`, applyActivation(model.activation, inner));
}

/** Applies an activation elementwise. A gated activation (Shazeer 2020, equation 6) halves the width: the first half gates the second. */
export function applyActivation(activation: Activation, x: Tensor): Tensor {
  if (activation === "gelu") return gelu(x);
  if (activation === "gelu_tanh") return geluTanh(x);
  if (activation === "relu") return relu(x);
  const [gate, value] = split(x, 2, -1) as [Tensor, Tensor];
  if (activation === "swiglu") return mul(mul(gate, sigmoid(gate)), value);
  return mul(activation === "geglu" ? gelu(gate) : geluTanh(gate), value);
}

/** Splits the output of a projection, (B × T, columns), into parts and heads: (B, H, T, W) each. */
function toHeads({ model }: Forward, name: string, x: Tensor, batch: number): Tensor[] {
  const [rows] = x.shape as [number, number];
  const length = rows / batch;
  const widths = attentionOutputs(model, name);
  const width = model.headWidth;
  const [first] = widths as [number];
  if (widths.every((each) => each === first)) {
    const [parts, heads] = [widths.length, first / width];
    const apart = transpose(reshape(x, [batch, length, parts, heads, width]), [2, 0, 3, 1, 4]);
    return (parts === 1 ? [apart] : split(apart, parts, 0)).map((part) => reshape(part, [batch, heads, length, width]));
  }
  return split(x, widths, -1).map((part, i) => transpose(reshape(part, [batch, length, widths[i]! / width, width]), [0, 2, 1, 3]));
}

/** (B, G, T, W) → (B, G × times, T, W): repeats each head consecutively. */
function repeatHeads(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  const apart = reshape(x, [batch, heads, 1, length, width]);
  return reshape(concat(new Array(times).fill(apart), 2), [batch, heads * times, length, width]);
}

/** (B, H, T, W) → (B × T, H × W) */
function fromHeads(x: Tensor): Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch * length, heads * width]);
}
