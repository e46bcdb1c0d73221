import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { type FramedText, framed, framedLength } from "#runtime/tokenizers/frame.ts";
import { noteCut } from "../../labelled-texts.ts";
import { pooledBatch } from "../../pooled-batches.ts";
import { headAnswers, mean, softmaxOf, surprise } from "../head-answers.ts";
import { headParts, smallestPart } from "../parts-by-length.ts";
import { evaluated, once, rounded, type TaskTraining, type TaskTrainingSetup } from "../task-training.ts";

/** The question with each of its choices, as ids. */
interface ChoiceTexts {
  id: string;
  texts: FramedText[];
  answer: number;
}

type ChoiceSetup = TaskTrainingSetup<ResolvedTaskOf<"multiple_choice">>;

/** The right one of several choices, each read after the question, by a head. */
export async function multipleChoiceHead(setup: ChoiceSetup): Promise<TaskTraining<ChoiceTexts, Prediction<"multiple_choice">>> {
  const { task, model, batch, tokenizer } = setup;
  const parts = headParts(task, model);
  const max = task.labels.length;
  const textsOf = once((split) => readChoices(setup, split));
  const lengthOf = ({ texts }: ChoiceTexts) => Math.max(...texts.map(({ ids }) => ids.length));
  const training: TaskTraining<ChoiceTexts, Prediction<"multiple_choice">> = {
    train: await textsOf("train"),
    lengthOf,
    partOf: (items) => smallestPart(parts, items.map(lengthOf)),
    fill(part, items) {
      const rows = items.flatMap(({ texts }) => Array.from({ length: max }, (_, i) => (texts[i] ? [{ ...texts[i], answer: 0 }] : [])));
      const { arrays, tokensRead } = pooledBatch(part as HeadPart, rows, batch * max, tokenizer.vocabulary.pad, task.pool);
      const [labels, weights] = [new Int32Array(batch), new Float32Array(batch)];
      const absent = new Float32Array(batch * max);
      for (const [row, { texts, answer }] of items.entries()) {
        labels[row] = answer;
        weights[row] = 1;
        absent.fill(never, row * max + texts.length, (row + 1) * max);
      }
      return { arrays: { ...arrays, labels, weights, absent }, tokensRead, predicted: items.length };
    },
    async evaluate(split, trainer) {
      const items = await textsOf(split);
      const answers = await headAnswers(training, items, batch, trainer);
      const probabilities = answers.map((logits, i) => softmaxOf(logits.subarray(0, items[i]!.texts.length)));
      const predictions = items.map(({ id, answer }, i): Prediction<"multiple_choice"> => {
        const own = probabilities[i]!;
        return { id, answer: answer + 1, predicted: own.indexOf(Math.max(...own)) + 1, probabilities: own };
      });
      const loss = mean(items.map(({ answer }, i) => surprise(probabilities[i]![answer]!)));
      return evaluated(task, loss, predictions, (each) => ({ ...each, probabilities: each.probabilities!.map(rounded) }));
    },
  };
  return training;
}

/** Far below any logit, and finite: infinity less infinity is no number. */
const never = -1e9;

/** Question and choice in the frame of a pair, the longer of the two cut first. */
async function readChoices({ task, tokenizer, frame, context, counted }: ChoiceSetup, split: Split): Promise<ChoiceTexts[]> {
  const examples = readTaskExamples(task, split);
  const questions = await tokenizer.encodeBatch(examples.map(({ question }) => question ?? ""));
  const choices = await tokenizer.encodeBatch(examples.flatMap((example) => example.choices));
  let [at, cut] = [0, 0];
  const texts = examples.map((example, i): ChoiceTexts => {
    const own = choices.slice(at, at + example.choices.length);
    at += own.length;
    const read = own.map((choice) => (example.question === null ? [choice] : [questions[i]!, choice]));
    if (read.some((parts) => framedLength(parts, frame) > context)) cut++;
    return { id: example.id, texts: read.map((parts) => framed(parts, frame, context)), answer: example.answer };
  });
  noteCut({ context, counted }, split, cut, texts.length);
  return texts;
}
