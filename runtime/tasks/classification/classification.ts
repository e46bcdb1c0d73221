import type { ClassificationKind } from "#runtime/contract/spec.ts";
import { sortedLabels } from "#runtime/metrics/labels.ts";
import { undefinedOfClasses } from "#runtime/metrics/undefined-metrics.ts";
import { emptyAnswers, emptyTexts, readColumns } from "../columns.ts";
import { questionOf, shownTexts } from "../shown-texts.ts";
import { labelsAlike, labelsWithSpaces, oneLabel, unseenLabels } from "../similar-labels.ts";
import type { TaskDefinitionOf } from "../task-definition.ts";
import { mostFrequentLabel } from "./classification-baseline.ts";
import { labelItems, scoreLabels } from "./classification-scores.ts";

/** One label for a text, or for a pair of texts. */
export const classification: TaskDefinitionOf<ClassificationKind> = {
  read(task, [file], key) {
    const { text, second, label } = task;
    const { rows, problems } = readColumns<string>(task.data, file!, key, { text, ...(second === null ? {} : { second }), label });
    const found = [
      ...problems,
      ...emptyAnswers(rows, "label", `label "${label}"`, key),
      ...labelsWithSpaces(
        rows.map(({ id, values }) => ({ id, label: values.label! })),
        key,
      ),
      ...emptyTexts(rows, "text", `text "${text}"`, key),
      ...(second === null ? [] : emptyTexts(rows, "second", `text "${second}"`, key)),
    ];
    const examples = rows.map(({ id, values }) => ({
      id,
      text: values.text!,
      second: second === null ? null : values.second!,
      label: values.label!.trim(),
    }));
    return { examples, problems: found };
  },
  question: questionOf,
  labels: (examples) => sortedLabels(examples.map(({ label }) => label)),
  check: (splits, labels) => [
    ...oneLabel(labels, "label"),
    ...labelsAlike(splits, ({ label }) => [label], "label"),
    ...unseenLabels(splits, ({ label }) => [label], labels),
  ],
  undefinedMetric: (metric, examples, labels) =>
    undefinedOfClasses(
      metric,
      examples.map(({ label }) => labels.indexOf(label)),
      labels,
    ),
  shown: (example) => ({ input: shownTexts(example), target: example.label }),
  constantBaseline: mostFrequentLabel,
  score: scoreLabels,
  items: labelItems,
  mainMetric: () => "accuracy",
};
