import type { MajorityResult, Score } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { MajorityJob, ResolvedTask, ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { largest } from "#runtime/contract/reductions.ts";
import type { ClassificationKind, TaskKind, TextPairKind } from "#runtime/contract/spec.ts";
import { classOf, taskExampleReader } from "#runtime/corpus/task-examples.ts";
import { scorePairs } from "#runtime/metrics/pairs.ts";
import { type MetricValue, scoreClassification, scoreNumbers } from "#runtime/metrics/table.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";
import { scoreTexts } from "#runtime/metrics/texts.ts";
import { writePredictions } from "#runtime/runs/predictions.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";
import { scoredAnswers } from "#runtime/train/adapt/scored-answers.ts";

/**
 * Always answers the same, whatever is asked, and scores that: what a model must beat to have learned anything. Throws `JobFailure`
 * where the files changed since the plan was made.
 */
export async function majority(job: MajorityJob, context: Pick<JobContext, "folder">): Promise<MajorityResult> {
  const { label, score } = constantOf(job.task);
  const splits = job.task.kind === "minimal_pairs" ? (["test"] as const) : (["validation", "test"] as const);
  const scored = splits.map((split) => ({ split, ...score(split) }));
  writePredictions(context.folder, scored.at(-1)!.predictions);
  return {
    label,
    scores: scored.flatMap(({ split, values, predictions }): Score[] => {
      const scores = values.map((value) => ({ ...value, split, n: predictions.length }));
      return split === "test" ? withStandardErrors(scores, job.task, predictions) : scores;
    }),
  };
}

interface Constant<P extends Prediction = Prediction> {
  /** What is always answered. */
  label: string;
  /** `predictions`: one for each example. */
  score(split: "validation" | "test"): { values: MetricValue[]; predictions: P[] };
}

function constantOf(task: ResolvedTask): Constant {
  const answer = answers[task.kind] as (task: ResolvedTask) => Constant;
  return answer(task);
}

const answers: { readonly [K in TaskKind]: (task: ResolvedTaskOf<K>) => Constant<Prediction<K>> } = {
  classification: mostFrequentLabel,
  pair_classification: mostFrequentLabel,
  regression: meanValue,
  tagging: mostFrequentTag,
  multiple_choice: mostFrequentChoice,
  span_question_answering: noAnswer,
  translation: theSource,
  summarisation: theSource,
  generation: theSource,
  minimal_pairs: chance,
};

type Split = "train" | "validation" | "test";

/** Of equally frequent labels the first in order. */
function mostFrequentLabel(task: ResolvedTaskOf<ClassificationKind>): Constant<Prediction<ClassificationKind>> {
  const examplesOf = taskExampleReader(task);
  const { labels } = task;
  const classes = (split: Split) => examplesOf(split).map(({ label, id }) => classOf(labels, label, id));
  const answer = mostFrequent(classes("train"), labels.length);
  return {
    label: labels[answer]!,
    score(split) {
      const gold = classes(split);
      const certain = gold.map(() => labels.map((_, label) => (label === answer ? 1 : 0)));
      return {
        values: scoreClassification(
          gold,
          gold.map(() => answer),
          labels,
          certain,
        ),
        predictions: examplesOf(split).map(({ id, label }): Prediction<ClassificationKind> => ({ id, label, predicted: labels[answer]! })),
      };
    },
  };
}

/** The training examples' mean: of all constants the one with the least squared error. */
function meanValue(task: ResolvedTaskOf<"regression">): Constant<Prediction<"regression">> {
  const examplesOf = taskExampleReader(task);
  const values = (split: Split) => examplesOf(split).map(({ value }) => value);
  const train = values("train");
  const mean = train.reduce((sum, value) => sum + value, 0) / train.length;
  return {
    label: String(Number(mean.toPrecision(6))),
    score(split) {
      const gold = values(split);
      return {
        values: scoreNumbers(
          gold,
          gold.map(() => mean),
        ),
        predictions: examplesOf(split).map(({ id, value }): Prediction<"regression"> => ({ id, value, predicted: mean })),
      };
    },
  };
}

function mostFrequentTag(task: ResolvedTaskOf<"tagging">): Constant<Prediction<"tagging">> {
  const examplesOf = taskExampleReader(task);
  const { labels } = task;
  const known = examplesOf("train").flatMap(({ tags, id }) => tags.map((tag) => classOf(labels, tag, id)));
  const answer = labels[mostFrequent(known, labels.length)]!;
  return {
    label: answer,
    score(split) {
      const predictions = examplesOf(split).map(
        ({ id, words, tags }): Prediction<"tagging"> => ({ id, words, tags, predicted: tags.map(() => answer) }),
      );
      const values = scoreTags(
        predictions.map(({ tags }) => tags),
        predictions.map(({ predicted }) => predicted),
      );
      return { values, predictions };
    },
  };
}

function mostFrequentChoice(task: ResolvedTaskOf<"multiple_choice">): Constant<Prediction<"multiple_choice">> {
  const examplesOf = taskExampleReader(task);
  const known = examplesOf("train").map(({ answer }) => answer);
  const most = mostFrequent(known, task.labels.length);
  return {
    label: task.labels[most]!,
    score(split) {
      const examples = examplesOf(split);
      const right = examples.filter(({ answer }) => answer === most).length;
      return {
        values: [{ metric: "accuracy", value: right / examples.length }],
        predictions: examples.map(({ id, answer }): Prediction<"multiple_choice"> => ({ id, answer: answer + 1, predicted: most + 1 })),
      };
    },
  };
}

/** That there is none. */
function noAnswer(task: ResolvedTaskOf<"span_question_answering">): Constant<Prediction<"span_question_answering">> {
  const examplesOf = taskExampleReader(task);
  return {
    label: "",
    score(split) {
      const examples = examplesOf(split);
      const { scores: values, predictions } = scoredAnswers(
        examples,
        examples.map(() => ""),
      );
      return { values, predictions };
    },
  };
}

/** What is read, unchanged. */
function theSource(task: ResolvedTaskOf<TextPairKind>): Constant<Prediction<TextPairKind>> {
  const examplesOf = taskExampleReader(task);
  return {
    label: "the source",
    score(split) {
      const predictions = examplesOf(split).map(
        ({ id, source, target }): Prediction<TextPairKind> => ({ id, source, target, predicted: source }),
      );
      const values = scoreTexts(
        task.kind,
        predictions.map(({ target }) => [target]),
        predictions.map(({ predicted }) => predicted),
      );
      return { values, predictions };
    },
  };
}

/** Both sentences equally probable. */
function chance(task: ResolvedTaskOf<"minimal_pairs">): Constant<Prediction<"minimal_pairs">> {
  const examplesOf = taskExampleReader(task);
  return {
    label: "either",
    score(split) {
      const examples = examplesOf(split);
      const pairs = examples.map(({ group }) => ({ group, good: 0, bad: 0 }));
      return {
        values: scorePairs(pairs).map(({ metric, value }) => ({ metric, value })),
        predictions: examples.map(
          ({ id, good, bad, group }): Prediction<"minimal_pairs"> => ({
            id,
            good,
            bad,
            group,
            good_log_likelihood: 0,
            bad_log_likelihood: 0,
          }),
        ),
      };
    },
  };
}

function mostFrequent(classes: readonly number[], count: number): number {
  const counts = new Array<number>(count).fill(0);
  for (const each of classes) counts[each]! += 1;
  return counts.indexOf(largest(counts));
}
