import { add, concat, mul, softmax, split, sub, sum, type Tensor } from "@tensorflow/tfjs-core";
import { differentiable, scaledMatMul } from "./kernel.ts";

export interface Masking {
  /** (B, 1, Tq, Tk): 0 where attention is allowed, a large negative number elsewhere. */
  bias: Tensor;
  /** (B, H, Tq, Tk): factors of the attention weights under dropout. */
  keep: Tensor | undefined;
  /** Factor of the attention scores; absent: 1 ÷ √(head width). */
  scale?: number;
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1): q (B, H, Tq, C), k and v (B, H, Tk, C) → (B, H, Tq, C).
 * `relative` (1, H, Tq, Tk) is a learned bias. The gradient needs only the sum of dP ∘ P over the keys, which equals the sum of dO ∘ O over
 * the width (Dao et al. 2022, FlashAttention, appendix B.2), a smaller array.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, masking: Masking, relative?: Tensor): Tensor {
  const { keep } = masking;
  const scale = scaleOf(q, masking);
  return differentiable(relative ? [q, k, v, relative] : [q, k, v], (inputs) => {
    const [q, k, v, relative] = inputs as [Tensor, Tensor, Tensor, Tensor | undefined];
    const weights = attentionWeights(q, k, masking, relative);
    const kept = keep ? mul(weights, keep) : weights;
    const output = scaledMatMul(kept, v);
    return {
      value: output,
      saved: [q, k, v, weights, kept, output, ...(keep ? [keep] : [])],
      gradient(dy, saved) {
        const [q, k, v, weights, kept, output, keep] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor | undefined];
        const dv = scaledMatMul(kept, dy, { transposeA: true });
        const dKept = scaledMatMul(dy, v, { transposeB: true });
        const dWeights = keep ? mul(dKept, keep) : dKept;
        const dScores = mul(weights, sub(dWeights, sum(mul(dy, output), -1, true)));
        const dq = scaledMatMul(dScores, k, { scale });
        const dk = scaledMatMul(dScores, q, { scale, transposeA: true });
        return [dq, dk, dv, ...(relative ? [sum(dScores, 0, true)] : [])];
      },
    };
  });
}

/**
 * Attention over keys and values in several arrays, which follow each other along Tk and are not copied to join them. Without dropout and
 * gradient.
 */
export function pagedAttention(
  q: Tensor,
  keys: readonly Tensor[],
  values: readonly Tensor[],
  masking: Omit<Masking, "keep">,
  relative?: Tensor,
): Tensor {
  const scale = scaleOf(q, masking);
  const scores = keys.map((page) => scaledMatMul(q, page, { scale, transposeB: true }));
  const weights = masked(concat(scores, -1), masking.bias, relative);
  const lengths = keys.map(({ shape }) => shape.at(-2) as number);
  const outputs = split(weights, lengths, -1).map((part, i) => scaledMatMul(part, values[i]!));
  return outputs.reduce((total, output) => add(total, output));
}

/** The weights (B, H, Tq, Tk) of `attention` before dropout. Without a gradient. */
export function attentionWeights(q: Tensor, k: Tensor, masking: Masking, relative?: Tensor): Tensor {
  return masked(scaledMatMul(q, k, { scale: scaleOf(q, masking), transposeB: true }), masking.bias, relative);
}

function masked(scores: Tensor, bias: Tensor, relative: Tensor | undefined): Tensor {
  const allowed = add(scores, bias);
  return softmax(relative ? add(allowed, relative) : allowed);
}

function scaleOf(q: Tensor, { scale }: Pick<Masking, "scale">): number {
  return scale ?? 1 / Math.sqrt(q.shape.at(-1) as number);
}
