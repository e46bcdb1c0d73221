import { AstUtils } from "langium";
import { metricOf } from "#runtime/contract/catalogue/index.ts";
import { type Declaration, type Expectation, isDeclaration, isExpectation, isList, isNamed, type Value } from "../generated/ast.ts";
import { didYouMean, nearest } from "../nearest.ts";
import { rangeOfProperty, rangeOfValue } from "../places.ts";
import { nameOf } from "../references/expected.ts";
import { layersIn, valuesOf } from "../settings.ts";
import { inlineText } from "../text/inline.ts";
import { listed } from "../values/describe.ts";
import type { RuleFamily } from "./report.ts";

/** An expectation speaks of what its comparison varies, on tasks that it fine-tunes on, by a metric that these tasks have. */
export const expectations: RuleFamily = () => ({
  Expectation(expectation, report) {
    const comparison = AstUtils.getContainerOfType(expectation, isDeclaration);
    if (comparison?.kind !== "compare" || !comparison.body) return;
    const cells = cellsOf(comparison);
    for (const side of [expectation.left, expectation.right].filter((each) => each && !isExpectation(each))) {
      const name = inlineText(side);
      if (cells.includes(name)) continue;
      const fixes = nearest(name, cells);
      const message = `${name} is not compared here.${didYouMean(fixes)} There are ${listed(cells, "and")}.`;
      report(side, rangeOfValue(side), { code: "not-compared", message, fixes });
    }
    const task = expectation.task?.ref;
    if (!isDeclaration(task)) return;
    if (!tasksOf(comparison).includes(task.name)) {
      const message = `The comparison is not fine-tuned on ${task.name}; add finetune: { task: ${task.name} }.`;
      report(expectation, rangeOfProperty(expectation, "task"), { code: "not-compared", message });
    }
    checkMetric(expectation, task);

    function checkMetric({ metric: reference }: Expectation, { name, value }: Declaration): void {
      const metric = reference?.$refText ? metricOf(reference.$refText) : undefined;
      const kind = value && nameOf(value);
      if (!metric || !kind || metric.of.includes(kind)) return;
      const message = `${metric.name} scores ${listed(metric.of, "and")}; ${name} is a ${kind}.`;
      report(expectation, rangeOfProperty(expectation, "metric"), { code: "wrong-metric", message });
    }
  },
});

/** The varied values and the baselines, as they are called in the text. */
function cellsOf({ body }: Declaration): string[] {
  const entries = body?.entries.filter((entry) => entry.key[0] === "vary" || entry.key.join(" ") === "baselines") ?? [];
  return entries.flatMap((entry) => elementsOf(entry.value)).map(inlineText);
}

function tasksOf({ body }: Declaration): string[] {
  const settings = body ? valuesOf([body], "finetune").flatMap(elementsOf) : [];
  return settings.flatMap((value) => valuesOf(layersIn([value]), "task")).flatMap((task) => (isNamed(task) ? nameOf(task) : []));
}

function elementsOf(value: Value | undefined): Value[] {
  if (!value) return [];
  return isList(value) ? value.items : [value];
}
