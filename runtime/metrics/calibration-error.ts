/**
 * Expected calibration error, 0 to 1: the difference between the confidence of answers and the share of them that is correct, averaged over
 * bins of confidence (lower, upper] of equal width, weighted by the number of answers in each.
 * @param right whether each answer is correct
 * @param confidences the predicted probability of each answer, 0 to 1
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
