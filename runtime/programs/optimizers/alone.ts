import { concat, mul, reshape, split, type Tensor } from "@tensorflow/tfjs-core";
import type { Parameter } from "#runtime/models/parameters.ts";
import type { Tensors } from "#runtime/trace/function.ts";
import { type Before, type Extent, joinedWidths } from "./optimizer.ts";

/** A vector, or one matrix (inputs, outputs), of a weight that is updated alone. */
export interface Alone {
  weights: Tensor;
  /** Arrays of the matrix's shape, or vectors for its rows or columns. */
  kept: Tensors;
  /** With the factor of the step. */
  gradient: Tensor;
  decays: boolean;
}

/**
 * Updates a weight as its own shape. Matrices that are joined in it side by side, such as queries, keys and values, are updated one by one:
 * a rule that looks at rows and columns, or at a norm, is to see each as the published models store it.
 */
export function alone(
  { parameters, weights, kept, gradient, scale, decays }: Before,
  keeps: Readonly<Record<string, Extent>>,
  update: (one: Alone) => Tensors,
): Tensors {
  const parameter = parameters[0]!;
  const parts = (flat: Tensor, extent: Extent = "weights") => partsOf(flat, extent, parameter);
  const arrays = Object.entries(keeps).map(([name, extent]) => [name, parts(kept[name]!, extent)] as const);
  const [before, gradients] = [parts(weights), parts(mul(gradient, scale))];
  const updated = before.map((weights, i) =>
    update({
      weights,
      kept: Object.fromEntries(arrays.map(([name, each]) => [name, each[i]!])),
      gradient: gradients[i]!,
      decays,
    }),
  );
  return Object.fromEntries(Object.keys(updated[0]!).map((name) => [name, joined(updated.map((each) => each[name]!))]));
}

/** A flat array of a weight, by matrix. */
function partsOf(flat: Tensor, extent: Extent, parameter: Parameter): Tensor[] {
  const { shape } = parameter;
  if (shape.length === 1) return [flat];
  const widths = [...joinedWidths(parameter)];
  const one = widths.length === 1;
  if (extent === "weights") {
    const matrix = reshape(flat, [...shape]);
    return one ? [matrix] : split(matrix, widths, 1);
  }
  return one ? [flat] : split(flat, extent === "rows" ? widths.map(() => shape[0]!) : widths);
}

/** The inverse. */
function joined(parts: readonly Tensor[]): Tensor {
  const all = parts.length === 1 ? parts[0]! : concat([...parts], parts[0]!.rank - 1);
  return reshape(all, [-1]);
}
