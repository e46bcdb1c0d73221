/** Numbers that an array of this shape holds: the product of its sizes; 1 of a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
