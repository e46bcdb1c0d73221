import { join } from "node:path";
import type { MajorityResult, Score } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { MajorityJob, ResolvedTask, ResolvedTaskOf } from "#runtime/contract/plan.ts";
import { largest } from "#runtime/contract/reductions.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";
import { classOf, taskExampleReader } from "#runtime/corpus/task-examples.ts";
import { scorePairs } from "#runtime/metrics/pairs.ts";
import { answerMetrics, type MetricValue, scoreAll, scoreClassification, scoreNumbers } from "#runtime/metrics/table.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";
import { scoreTexts } from "#runtime/metrics/texts.ts";
import { writeWhole } from "#runtime/runs/files.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";

/**
 * Always answers the same, whatever is asked, and scores that: what a model must beat to have learned anything. Throws `JobFailure`
 * where the files changed since the plan was made.
 */
export async function majority(job: MajorityJob, context: Pick<JobContext, "folder">): Promise<MajorityResult> {
  const answer = answers[job.task.kind] as unknown as (task: ResolvedTask) => Constant;
  const { label, score } = answer(job.task);
  const splits = job.task.kind === "minimal_pairs" ? (["test"] as const) : (["validation", "test"] as const);
  const scored = splits.map((split) => ({ split, ...score(split) }));
  const test = scored.at(-1)!.predictions;
  const lines = test.map((each) => `${JSON.stringify(each)}\n`);
  writeWhole(join(context.folder, "predictions.jsonl"), lines.join(""));
  return {
    label,
    scores: scored.flatMap(({ split, values, predictions }): Score[] => {
      const scores = values.map((value) => ({ ...value, split, n: predictions.length }));
      return split === "test" ? withStandardErrors(scores, job.task, predictions) : scores;
    }),
  };
}

interface Constant {
  /** What is always answered. */
  label: string;
  /** `predictions`: an object for each example, as fine-tuning writes them. */
  score(split: "validation" | "test"): { values: MetricValue[]; predictions: Record<string, unknown>[] };
}

const answers: { readonly [K in TaskKind]: (task: ResolvedTaskOf<K>) => Constant } = {
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
function mostFrequentLabel(task: ResolvedTaskOf<"classification" | "pair_classification">): Constant {
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
        predictions: examplesOf(split).map(({ id, label }) => ({ id, label, predicted: labels[answer] })),
      };
    },
  };
}

/** The training examples' mean: of all constants the one with the least squared error. */
function meanValue(task: ResolvedTaskOf<"regression">): Constant {
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
        predictions: examplesOf(split).map(({ id, value }) => ({ id, value, predicted: mean })),
      };
    },
  };
}

function mostFrequentTag(task: ResolvedTaskOf<"tagging">): Constant {
  const examplesOf = taskExampleReader(task);
  const { labels } = task;
  const known = examplesOf("train").flatMap(({ tags, id }) => tags.map((tag) => classOf(labels, tag, id)));
  const answer = labels[mostFrequent(known, labels.length)]!;
  return {
    label: answer,
    score(split) {
      const sentences = examplesOf(split).map((sentence) => ({ ...sentence, predicted: sentence.tags.map(() => answer) }));
      const values = scoreTags(
        sentences.map(({ tags }) => tags),
        sentences.map(({ predicted }) => predicted),
      );
      return { values, predictions: sentences };
    },
  };
}

function mostFrequentChoice(task: ResolvedTaskOf<"multiple_choice">): Constant {
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
        predictions: examples.map(({ id, answer }) => ({ id, answer: answer + 1, predicted: most + 1 })),
      };
    },
  };
}

/** That there is none. */
function noAnswer(task: ResolvedTaskOf<"span_question_answering">): Constant {
  const examplesOf = taskExampleReader(task);
  return {
    label: "",
    score(split) {
      const predictions = examplesOf(split).map(({ id, name, question, answers }) => ({
        id,
        question: name,
        text: question,
        answers: answers.map(({ text }) => text),
        predicted: "",
      }));
      const values = scoreAll(
        answerMetrics,
        predictions.map(({ answers }) => answers),
        predictions.map(({ predicted }) => predicted),
      );
      return { values, predictions };
    },
  };
}

/** What is read, unchanged. */
function theSource(task: ResolvedTaskOf<"translation" | "summarisation" | "generation">): Constant {
  const examplesOf = taskExampleReader(task);
  return {
    label: "the source",
    score(split) {
      const predictions = examplesOf(split).map((example) => ({ ...example, predicted: example.source }));
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
function chance(task: ResolvedTaskOf<"minimal_pairs">): Constant {
  const examplesOf = taskExampleReader(task);
  return {
    label: "either",
    score(split) {
      const examples = examplesOf(split);
      const pairs = examples.map(({ group }) => ({ group, good: 0, bad: 0 }));
      return {
        values: scorePairs(pairs).map(({ metric, value }) => ({ metric, value })),
        predictions: examples.map((example) => ({ ...example, good_log_likelihood: 0, bad_log_likelihood: 0 })),
      };
    },
  };
}

function mostFrequent(classes: readonly number[], count: number): number {
  const counts = new Array<number>(count).fill(0);
  for (const each of classes) counts[each]! += 1;
  return counts.indexOf(largest(counts));
}
