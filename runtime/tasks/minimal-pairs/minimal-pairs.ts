import { emptyAnswers, readColumns, sameTexts } from "../columns.ts";
import type { TaskDefinitionOf } from "../task-definition.ts";
import { equalLikelihoods } from "./minimal-pairs-baseline.ts";
import { pairItems, scoreMinimalPairs } from "./minimal-pairs-scores.ts";

/** An acceptable sentence and one that differs in little and is not. */
export const minimalPairs: TaskDefinitionOf<"minimal_pairs"> = {
  read(task, [file], key) {
    const { good, bad, group } = task;
    const requested = { good, bad, ...(group === null ? {} : { group }) };
    const { rows, problems } = readColumns<string>(task.data, file!, key, requested);
    const examples = rows.map(({ id, values }) => ({ id, good: values.good!, bad: values.bad!, group: values.group ?? null }));
    return {
      examples,
      problems: [
        ...problems,
        ...emptyAnswers(rows, "good", `acceptable sentence "${good}"`, key),
        ...emptyAnswers(rows, "bad", `other sentence "${bad}"`, key),
        ...sameTexts(
          examples.map((each) => ({ id: each.id, texts: [each.good, each.bad], names: ["the acceptable sentence", "the other"] })),
          key,
        ),
      ],
    };
  },
  question: ({ good, bad }) => [good, bad],
  labels: () => [],
  check: () => [],
  shown: ({ good, bad }) => ({ input: bad, target: good }),
  constantBaseline: equalLikelihoods,
  score: scoreMinimalPairs,
  items: pairItems,
  mainMetric: () => null,
};
