import { catalogue, type Metric, metricOf } from "#runtime/contract/catalogue/index.ts";
import { expectationText } from "#runtime/contract/expectation-text.ts";
import { listed } from "#runtime/contract/listed.ts";
import { nearest } from "#runtime/contract/nearest.ts";
import type { Problem, SpecPath } from "#runtime/contract/problem.ts";
import type { ComparisonSpec, Expectation } from "#runtime/contract/spec.ts";
import { baselinesOf } from "../baselines.ts";
import { cellsOf } from "../cells.ts";
import { scoresOf } from "../scores-of-objectives.ts";
import { type Checked, error, type Rule } from "./rule.ts";

/** An expectation must name cells, tasks and metrics that the comparison has. */
export const expectations: Rule = ({ spec, taskOf }) =>
  Object.entries(spec.comparisons).flatMap(([name, comparison]) => {
    const { cells, leftOut } = cellsOf(spec, name);
    if (comparison.vary.length > 1) return comparison.expect.slice(0, 1).map(() => ofGrid(name, cells[0]?.label ?? ""));
    const known: Known = {
      sides: [...cells.map((cell) => cell.label), ...baselinesOf(spec, name)],
      leftOut: leftOut.map(({ label }) => label),
      scores:
        comparison.finetune.length > 0
          ? taskScores(comparison, { spec, taskOf })
          : scoresOf(spec, name).map(({ task, metrics }) => ({ task, metrics })),
    };
    return comparison.expect.flatMap((expectation, index) => problemsOf(expectation, ["comparisons", name, "expect", index], known));
  });

interface Known {
  sides: string[];
  leftOut: string[];
  scores: { task: string; metrics: string[] }[];
}

function problemsOf(expectation: Expectation, path: SpecPath, known: Known): Problem[] {
  const { left, right, task, metric } = expectation;
  const sides = (["left", "right"] as const).flatMap((side) => unknownSide(expectation, side, path, known));
  if (sides.length > 0) return sides;
  if (left === right) {
    return [error("expects-itself", path, `${left} is compared with itself. Name two different cells.`)];
  }
  if (left === "majority" || right === "majority") {
    const message = "majority is shown and never tested: it is a constant, without seeds. Compare with scratch, or remove the expectation.";
    return [error("expects-constant", path, message)];
  }
  const score = known.scores.find((each) => each.task === task);
  if (!score) {
    const tasks = known.scores.map((each) => each.task);
    return [
      error(
        "unknown-task",
        path,
        `The comparison has no task ${task}. It has ${listed(tasks)}.`,
        nearest(task, tasks).map((name) => expectationText({ ...expectation, task: name })),
      ),
    ];
  }
  if (score.metrics.includes(metric)) return [];
  return [
    error(
      "unknown-metric",
      path,
      `${metricOf(metric) ? `${metric} is not a score of ${task} here` : `There is no metric ${metric}`}. Use ${listed(score.metrics, "or")}.`,
      nearest(metric, score.metrics).map((name) => expectationText({ ...expectation, metric: name })),
    ),
  ];
}

function unknownSide(expectation: Expectation, side: "left" | "right", path: SpecPath, { sides, leftOut }: Known): Problem[] {
  const name = expectation[side];
  // a value that made no cell has its own problem at its declaration
  if (sides.includes(name) || leftOut.includes(name)) return [];
  if (name === "scratch" || name === "majority") {
    return [error("unknown-cell", path, `${name} is not among the baselines of this comparison. Add it: baselines: [${name}].`)];
  }
  return [
    error(
      "unknown-cell",
      path,
      `The comparison has no ${name}. It compares ${listed(sides)}.`,
      nearest(name, sides).map((near) => expectationText({ ...expectation, [side]: near })),
    ),
  ];
}

function ofGrid(name: string, cell: string): Problem {
  return error(
    "expectation-of-grid",
    ["comparisons", name, "expect", 0],
    `With several vary lines a cell is a combination, for example ${cell}, and expect cannot name combinations. Vary one key, or omit expect.`,
  );
}

/** The scores of the tasks: all metrics that a task's labels allow are computed, even if they are not shown. */
function taskScores(comparison: ComparisonSpec, { spec, taskOf }: Pick<Checked, "spec" | "taskOf">): Known["scores"] {
  return comparison.finetune.map(({ task }) => {
    const labels = taskOf(task).task?.labels.length ?? 2;
    const declared = spec.tasks[task];
    const fits = (metric: Metric) =>
      metric.of.includes(declared?.kind ?? "") &&
      (!metric.twoClasses || labels === 2) &&
      !(metric.ofProbabilities && declared && "as" in declared);
    const metrics = catalogue.metrics.filter(fits);
    return { task, metrics: metrics.map(({ name }) => name) };
  });
}
