import type { StateSpread } from "#runtime/contract/learning-point.ts";

/** How different vectors are, rows of `width` numbers; undefined for fewer than two, and where one is not finite. */
export function spreadOf(states: Float32Array, width: number): StateSpread | undefined {
  const texts = states.length / width;
  if (texts < 2 || !states.every(Number.isFinite)) return undefined;
  const gram = gramOf(states, width);
  const norms = Float64Array.from({ length: texts }, (_, i) => Math.sqrt(gram[i * texts + i]!));
  let cosines = 0;
  for (let i = 0; i < texts; i++)
    for (let j = 0; j < i; j++) cosines += gram[i * texts + j]! / Math.max(norms[i]! * norms[j]!, Number.MIN_VALUE);
  return { texts, cosine: cosines / ((texts * (texts - 1)) / 2), effective_rank: effectiveRank(eigenvalues(gram, texts)) };
}

/** exp of the entropy of the singular values as shares of their sum (Roy and Vetterli 2007, equations 1 to 3). @param squares of these */
function effectiveRank(squares: Float64Array): number {
  const values = squares.map((square) => Math.sqrt(Math.max(0, square)));
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 1;
  return Math.exp(-values.reduce((sum, value) => (value === 0 ? sum : sum + (value / total) * Math.log(value / total)), 0));
}

/** Products of all pairs of rows: symmetric, row-major. */
function gramOf(states: Float32Array, width: number): Float64Array {
  const rows = states.length / width;
  const gram = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += states[i * width + k]! * states[j * width + k]!;
      gram[i * rows + j] = sum;
      gram[j * rows + i] = sum;
    }
  }
  return gram;
}

/** The eigenvalues of a symmetric matrix, by Jacobi's rotations (Golub and Van Loan 2013, algorithm 8.5.3). */
function eigenvalues(symmetric: Float64Array, size: number): Float64Array {
  const a = symmetric.slice();
  const at = (i: number, j: number) => a[i * size + j]!;
  const diagonal = Float64Array.from({ length: size }, (_, i) => at(i, i));
  const scale = diagonal.reduce((sum, value) => sum + value, 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += at(p, q) ** 2;
    if (Math.sqrt(off) <= 1e-12 * scale) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, size, p, q);
  }
  return Float64Array.from({ length: size }, (_, i) => at(i, i));
}

/** Makes the entry at p, q zero. */
function rotate(a: Float64Array, size: number, p: number, q: number): void {
  const entry = a[p * size + q]!;
  if (entry === 0) return;
  const tau = (a[q * size + q]! - a[p * size + p]!) / (2 * entry);
  const tangent = tau >= 0 ? 1 / (tau + Math.sqrt(1 + tau * tau)) : -1 / (-tau + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = cosine * kp - sine * kq;
    a[k * size + q] = sine * kp + cosine * kq;
  }
  for (let k = 0; k < size; k++) {
    const [pk, qk] = [a[p * size + k]!, a[q * size + k]!];
    a[p * size + k] = cosine * pk - sine * qk;
    a[q * size + k] = sine * pk + cosine * qk;
  }
}
