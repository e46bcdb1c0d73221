import { cast, mul, type Tensor } from "@tensorflow/tfjs-core";

/**
 * Inverted dropout (Srivastava et al. 2014): masks come into a program as inputs, one a place, made from (seed, step, place),
 * so every engine drops the same units.
 */
export interface Dropout {
  rate: number;
  /** bool, by the name of the place; absent where nothing is dropped. */
  masks: Record<string, Tensor>;
}

/** 0 or 1 ÷ (1 − rate) for each unit of a place; undefined without dropout there. */
export function keepFactors({ rate, masks }: Dropout, place: string): Tensor | undefined {
  const mask = masks[place];
  return mask && mul(cast(mask, "float32"), 1 / (1 - rate));
}

export function drop(x: Tensor, dropout: Dropout, place: string): Tensor {
  const factors = keepFactors(dropout, place);
  return factors ? mul(x, factors) : x;
}
