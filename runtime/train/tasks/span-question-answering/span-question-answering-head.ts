import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { questionAndAnswers } from "#runtime/tasks/span-question-answering/span-question-answering-scores.ts";
import { headAnswers, mean, softmaxOf, surprise } from "../head-answers.ts";
import { headParts, smallestPart } from "../parts-by-length.ts";
import { evaluated, once, rounded, type TaskTraining, type TaskTrainingSetup } from "../task-training.ts";
import { textRows } from "../text-rows.ts";
import { type AnswerWindow, readWindows } from "./answer-windows.ts";

type QuestionSetup = TaskTrainingSetup<ResolvedTaskOf<"span_question_answering">>;

/** Where the answer begins and where it ends, by a head; a long context is read in windows that overlap. */
export async function spanQuestionAnsweringHead(
  setup: QuestionSetup,
): Promise<TaskTraining<AnswerWindow, Prediction<"span_question_answering">>> {
  const { task, model, batch, tokenizer } = setup;
  const parts = headParts(task, model);
  const read = async (split: Split) => {
    const examples = readTaskExamples(task, split);
    return { examples, windows: await readWindows(examples, split, { ...setup, stride: task.stride }) };
  };
  const splitOf = once(async (split) => [await read(split)]);
  const train = (await splitOf("train"))[0]!;
  const mayBeSilent = train.examples.some(({ answers }) => answers.length === 0);
  const training: TaskTraining<AnswerWindow, Prediction<"span_question_answering">> = {
    train: train.windows,
    lengthOf: ({ ids }) => ids.length,
    partOf: (windows) =>
      smallestPart(
        parts,
        windows.map(({ ids }) => ids.length),
      ),
    fill(part, windows) {
      const { length } = part as HeadPart;
      const rows = textRows(windows, { rows: batch, length, pad: tokenizer.vocabulary.pad });
      const outside = new Float32Array(batch * length).fill(never);
      const [labels, weights] = [new Int32Array(batch * 2), new Float32Array(batch * 2)];
      for (const [row, window] of windows.entries()) {
        outside.fill(0, row * length + window.first, row * length + window.first + window.units.length);
        outside[row * length + window.silence] = 0;
        labels.set([window.start, window.end], row * 2);
        weights.set([0.5, 0.5], row * 2);
      }
      return { arrays: { ...rows.arrays, outside, labels, weights }, tokensRead: rows.tokensRead, predicted: windows.length };
    },
    async evaluate(split, trainer) {
      const { examples, windows } = (await splitOf(split))[0]!;
      const answers = await headAnswers(training, windows, batch, trainer);
      const best = examples.map((): Candidate => ({ score: Number.NEGATIVE_INFINITY, from: 0, to: 0 }));
      const silence = examples.map(() => Number.POSITIVE_INFINITY);
      const losses = windows.map((window, i) => {
        const length = answers[i]!.length / 2;
        const [starts, ends] = [answers[i]!.subarray(0, length), answers[i]!.subarray(length)];
        const candidate = bestSpan(window, starts, ends, task.longestAnswer);
        if (candidate.score > best[window.example]!.score) best[window.example] = candidate;
        // the question is without answer only where every window says so (Devlin et al. 2019, released code)
        silence[window.example] = Math.min(silence[window.example]!, starts[window.silence]! + ends[window.silence]!);
        return (surprise(softmaxOf(starts)[window.start]!) + surprise(softmaxOf(ends)[window.end]!)) / 2;
      });
      const predictions = examples.map((example, i): Prediction<"span_question_answering"> => {
        const { score, from, to } = best[i]!;
        const predicted = mayBeSilent && silence[i]! > score ? "" : example.context.slice(from, to);
        return { ...questionAndAnswers(example), predicted, score: rounded(score) };
      });
      return evaluated(task, mean(losses), predictions);
    },
  };
  return training;
}

/** Far below any logit, and finite. */
const never = -1e9;

interface Candidate {
  score: number;
  /** In the context's text. */
  from: number;
  to: number;
}

/** The largest sum of a beginning's and an end's logit, over spans that are not too long. */
function bestSpan({ first, units }: AnswerWindow, starts: Float32Array, ends: Float32Array, longest: number): Candidate {
  let best: Candidate = { score: Number.NEGATIVE_INFINITY, from: 0, to: 0 };
  for (let start = 0; start < units.length; start++) {
    for (let end = start; end < Math.min(units.length, start + longest); end++) {
      const score = starts[first + start]! + ends[first + end]!;
      if (score > best.score) best = { score, from: units[start]!.from, to: units[end]!.to };
    }
  }
  return best;
}
