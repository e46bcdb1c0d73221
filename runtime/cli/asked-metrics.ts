import type { Spec } from "#runtime/contract/spec.ts";

/** Whether a task names a metric among its own, or the whole of which it is a part: `accuracy` of `accuracy.negation`. The others are in the result. */
export function asksFor(spec: Spec, task: string, metric: string): boolean {
  const metrics = spec.tasks[task]?.metrics;
  return metrics === undefined || metrics.includes(metric) || metrics.includes(metric.split(".")[0]!);
}
