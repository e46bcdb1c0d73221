/** What a run answered for each test example, to be scored again on examples drawn from them. */
export interface Items {
  ids: readonly string[];
  /** The score of each example, of a metric that is their mean; undefined for another. */
  each(metric: string): Float64Array | undefined;
  /** A metric over chosen examples, given by place; undefined where the metric cannot be computed from what was kept. */
  scorer(metric: string): ((chosen: Int32Array) => number) | undefined;
}

/** @param means for each metric, the contribution of each example to the mean */
export function meanItems<L extends { id: string }>(
  lines: readonly L[],
  means: Readonly<Record<string, (line: L) => number>>,
  otherwise: Items["scorer"] = () => undefined,
): Items {
  const known = new Map<string, Float64Array>();
  const each = (metric: string) => {
    if (!Object.hasOwn(means, metric)) return undefined;
    const found = known.get(metric) ?? Float64Array.from(lines, means[metric]!);
    known.set(metric, found);
    return found;
  };
  return {
    ids: lines.map(({ id }) => id),
    each,
    scorer(metric) {
      const values = each(metric);
      return values ? (chosen) => sumOf(values, chosen) / chosen.length : otherwise(metric);
    },
  };
}

export function sumOf(values: ArrayLike<number>, chosen: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < chosen.length; i++) sum += values[chosen[i]!]!;
  return sum;
}
