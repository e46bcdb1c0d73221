import { metricOf } from "#runtime/contract/catalogue/index.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import { error, type Rule } from "./rule.ts";

/** A task's files hold what the task says of them, and its metrics fit its labels. */
export const tasks: Rule = ({ spec, taskOf }) =>
  Object.entries(spec.tasks).flatMap(([name, declared]) => {
    const { metrics } = declared;
    const { task, problems } = taskOf(name);
    const unsure = "as" in declared ? probabilities(name, metrics) : [];
    return [...onceForAllFiles(problems), ...binaryMetrics(name, metrics, task?.labels ?? []), ...unsure];
  });

/** A written answer comes without a probability of each label. */
function probabilities(name: string, metrics: readonly string[]): Problem[] {
  return metrics.flatMap((metric, index): Problem[] => {
    if (!metricOf(metric)?.ofProbabilities) return [];
    const message = `${metric} needs the probability of each label, which a written answer does not have. Leave it out, or use as: head.`;
    return [error("metric-needs-probabilities", ["tasks", name, "metrics", index], message)];
  });
}

/** A column that the task names wrongly is missing in each of its files: one mistake. */
function onceForAllFiles(problems: readonly Problem[]): Problem[] {
  const isSame = (one: Problem, other: Problem) =>
    one.code === "missing-column" && one.code === other.code && one.path.at(-1) === other.path.at(-1);
  return problems.filter((problem, index) => !problems.slice(0, index).some((earlier) => isSame(problem, earlier)));
}

function binaryMetrics(name: string, metrics: readonly string[], labels: readonly string[]): Problem[] {
  if (labels.length <= 2) return [];
  return metrics.flatMap((metric, index): Problem[] => {
    if (!metricOf(metric)?.twoClasses) return [];
    const mean = metricOf(`${metric}_macro`)?.name;
    const remedy = mean ? `Use ${mean}, the mean over all labels.` : "Leave it out.";
    return [
      error(
        `${metric}-needs-two-labels`,
        ["tasks", name, "metrics", index],
        `${metric} is of one positive label among two, and ${name} has ${labels.length} labels. ${remedy}`,
        mean ? [mean] : [],
      ),
    ];
  });
}
