import type { Spec } from "#runtime/contract/spec.ts";

/** Whether a task lists a metric, or the metric that it is a part of: `accuracy` for `accuracy.negation`. Others are only in the result. */
export function asksFor(spec: Spec, task: string, metric: string): boolean {
  const metrics = spec.tasks[task]?.metrics;
  return metrics === undefined || metrics.includes(metric) || metrics.includes(metric.split(".")[0]!);
}
