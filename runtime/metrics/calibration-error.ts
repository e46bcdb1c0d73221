/**
 * Expected calibration error, 0 to 1: how far the confidence of answers is from the share of them that is right, over equally
 * wide bins of confidence (lower, upper], weighted by how many fall into each.
 * @param right whether each answer is right
 * @param confidences the probability that each answer was given, 0 to 1
 * @see Guo et al. 2017, On Calibration of Modern Neural Networks, equation 3; 15 bins as there
 */
export function calibrationError(right: readonly boolean[], confidences: ArrayLike<number>, bins = 15): number {
  if (right.length !== confidences.length) throw new RangeError(`${right.length} answers but ${confidences.length} confidences`);
  const counted = new Float64Array(bins);
  const confidence = new Float64Array(bins);
  const correct = new Float64Array(bins);
  right.forEach((isRight, i) => {
    const bin = Math.max(0, Math.ceil(confidences[i]! * bins) - 1);
    counted[bin]! += 1;
    confidence[bin]! += confidences[i]!;
    correct[bin]! += isRight ? 1 : 0;
  });
  // |Bₘ|/n · |acc(Bₘ) − conf(Bₘ)| = |Σ right − Σ confidence| / n
  const gaps = Array.from(counted, (_, bin) => Math.abs(correct[bin]! - confidence[bin]!));
  return right.length === 0 ? 0 : gaps.reduce((sum, gap) => sum + gap, 0) / right.length;
}
