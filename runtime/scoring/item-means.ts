import type { Items } from "./items.ts";

/** @param means by metric, what each example adds to a mean */
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
