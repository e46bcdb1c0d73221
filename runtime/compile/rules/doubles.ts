import type { FinetuneSpec } from "#runtime/contract/spec.ts";
import { type Rule, twice } from "./rule.ts";

/** Metrics of a task, models and tasks of a probe, and expectations must be distinct, since results are identified by name. */
export const doubles: Rule = ({ spec }) => [
  ...Object.entries(spec.tasks).flatMap(([name, { metrics }]) => twice("metric-twice", "The metric", metrics, ["tasks", name, "metrics"])),
  ...Object.entries(spec.probes).flatMap(([name, probe]) => [
    ...twice("start-twice", "The start", probe.of.map(nameOf), ["probes", name, "of"]),
    ...twice("task-twice", "The task", probe.tasks, ["probes", name, "tasks"]),
  ]),
  ...Object.entries(spec.comparisons).flatMap(([name, { expect }]) => {
    const written = expect.map(({ left, operator, right, task, metric }) => `${left} ${operator} ${right} on ${task}.${metric}`);
    return twice("expectation-twice", "The expectation", written, ["comparisons", name, "expect"]);
  }),
];

function nameOf(from: FinetuneSpec["from"]): string {
  return from.kind === "checkpoint" ? from.model : from.pretrain;
}
