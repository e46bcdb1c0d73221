import { metricOf } from "#runtime/contract/catalogue/index.ts";
import type { Problem } from "#runtime/contract/problem.ts";
import { error, type Rule } from "./rule.ts";

/** The files of a task must match its declaration, and its metrics must fit its labels. */
export const tasks: Rule = ({ spec, taskOf }) =>
  Object.entries(spec.tasks).flatMap(([name, declared]) => {
    const { metrics } = declared;
    const { task, problems } = taskOf(name);
    const unsure = "as" in declared ? probabilities(name, metrics) : [];
    return [...onceForAllFiles(problems), ...binaryMetrics(name, metrics, task?.labels ?? []), ...unsure];
  });

/** Metrics of probabilities need a head, since a written answer has no probability of each label. */
function probabilities(name: string, metrics: readonly string[]): Problem[] {
  return metrics.flatMap((metric, index): Problem[] => {
    if (!metricOf(metric)?.ofProbabilities) return [];
    const message = `${metric} needs the probability of each label, which a written answer does not have. Omit it, or use as: head.`;
    return [error("metric-needs-probabilities", ["tasks", name, "metrics", index], message)];
  });
}

/** Reports a wrong column name of a task only once, although the column is missing in each of its files. */
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
    const remedy = mean ? `Use ${mean}, the mean over all labels.` : "Omit it.";
    return [
      error(
        `${metric}-needs-two-labels`,
        ["tasks", name, "metrics", index],
        `${metric} scores the positive one of two labels, but ${name} has ${labels.length} labels. ${remedy}`,
        mean ? [mean] : [],
      ),
    ];
  });
}
