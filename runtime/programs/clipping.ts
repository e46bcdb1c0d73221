import { add, div, minimum, scalar, sqrt, square, sum, type Tensor } from "@tensorflow/tfjs-core";

/** Global norm of all gradients, and the factor that brings it down to `clip` (Pascanu et al. 2013, algorithm 1); both are scalars. */
export function clipping(gradients: readonly Tensor[], clip: number | null): { norm: Tensor; scale: Tensor } {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.reduce((total, next) => add(total, next)));
  return { norm, scale: clip === null ? scalar(1) : minimum(div(clip, add(norm, 1e-6)), 1) };
}
