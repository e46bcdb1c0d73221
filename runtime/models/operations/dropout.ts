import { cast, gather, mul, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";

/**
 * Inverted dropout (Srivastava et al. 2014). Dropout masks are inputs of a program, one per place, made from (seed, step, place), so that
 * all engines drop the same units.
 */
export interface Dropout {
  rate: number;
  /** Boolean dropout masks by the name of the place; absent if nothing is dropped there. */
  masks: Record<string, Tensor>;
}

/** Factors 0 or 1 ÷ (1 − rate) for each unit of a place; undefined without dropout there. */
export function keepFactors({ rate, masks }: Dropout, place: string): Tensor | undefined {
  const mask = masks[place];
  return mask && mul(cast(mask, "float32"), 1 / (1 - rate));
}

/** Applies dropout to x. `rows`: indices of the place's rows that x has; absent: all. */
export function drop(x: Tensor, dropout: Dropout, place: string, rows?: Tensor): Tensor {
  const factors = keepFactors(dropout, place);
  return factors ? mul(x, rowsOf(factors, rows)) : x;
}

/** The rows of x (N, C) with these indices; all if there are none. */
export function rowsOf(x: Tensor, rows: Tensor | undefined): Tensor {
  return rows ? gather(x, rows as Tensor1D) : x;
}
