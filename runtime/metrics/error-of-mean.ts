/**
 * The standard error of a mean over items that are sampled in groups, such as the tokens of windows of text. Items of a group are
 * correlated, so groups count and not items. The standard error of the ratio estimator (Cochran 1977, Sampling Techniques, equation 2.46).
 * @param groups sum and number of the items of each group; places without a group are ignored
 * @returns undefined for fewer than two groups
 */
export function errorOfMean(groups: readonly { sum: number; n: number }[]): number | undefined {
  const read = groups.filter(({ n }) => n > 0);
  if (read.length < 2) return undefined;
  const total = (of: "sum" | "n") => read.reduce((all, group) => all + group[of], 0);
  const mean = total("sum") / total("n");
  const squares = read.reduce((all, { sum, n }) => all + (sum - mean * n) ** 2, 0);
  return Math.sqrt((squares * read.length) / (read.length - 1)) / total("n");
}
