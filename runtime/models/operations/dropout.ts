import { cast, gather, mul, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";

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

/** `rows`: those of the place's that x has; left out: all. */
export function drop(x: Tensor, dropout: Dropout, place: string, rows?: Tensor): Tensor {
  const factors = keepFactors(dropout, place);
  return factors ? mul(x, rowsOf(factors, rows)) : x;
}

/** Some rows of x (N, C). */
export function rowsOf(x: Tensor, rows: Tensor | undefined): Tensor {
  return rows ? gather(x, rows as Tensor1D) : x;
}
