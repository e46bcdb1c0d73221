import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import { shareOfRight } from "#runtime/metrics/accuracy.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { type FramedText, framed, framedLength } from "#runtime/tokenizers/frame.ts";
import { noteCut } from "../answered-texts.ts";
import { pooledBatch } from "../pooled-batches.ts";
import { type Adaptation, type AdaptationSetup, once, rounded } from "./adaptation.ts";
import { headAnswers, mean, softmaxOf, surprise } from "./head-answers.ts";
import { headParts, smallestPart } from "./parts.ts";

/** The question with each of its choices, as ids. */
interface ChoiceTexts {
  id: string;
  texts: FramedText[];
  answer: number;
}

type ChoiceSetup = AdaptationSetup<ResolvedTaskOf<"multiple_choice">>;

/** The right one of several choices, each read behind the question, by a head. */
export async function adaptChoices(setup: ChoiceSetup): Promise<Adaptation<ChoiceTexts, Prediction<"multiple_choice">>> {
  const { task, model, batch, tokenizer } = setup;
  const parts = headParts(task, model);
  const most = task.labels.length;
  const textsOf = once((split) => readChoices(setup, split));
  const lengthOf = ({ texts }: ChoiceTexts) => Math.max(...texts.map(({ ids }) => ids.length));
  const adaptation: Adaptation<ChoiceTexts, Prediction<"multiple_choice">> = {
    train: await textsOf("train"),
    lengthOf,
    partOf: (items) => smallestPart(parts, items.map(lengthOf)),
    fill(part, items) {
      const rows = items.flatMap(({ texts }) => Array.from({ length: most }, (_, i) => (texts[i] ? [{ ...texts[i], answer: 0 }] : [])));
      const { arrays, tokensRead } = pooledBatch(part as HeadPart, rows, batch * most, tokenizer.vocabulary.pad, task.pool);
      const [labels, weights] = [new Int32Array(batch), new Float32Array(batch)];
      const absent = new Float32Array(batch * most);
      for (const [row, { texts, answer }] of items.entries()) {
        labels[row] = answer;
        weights[row] = 1;
        absent.fill(never, row * most + texts.length, (row + 1) * most);
      }
      return { arrays: { ...arrays, labels, weights, absent }, tokensRead, predicted: items.length };
    },
    async evaluate(split, trainer) {
      const items = await textsOf(split);
      const answers = await headAnswers(adaptation, items, batch, trainer);
      const probabilities = answers.map((logits, i) => softmaxOf(logits.subarray(0, items[i]!.texts.length)));
      const predicted = probabilities.map((each) => each.indexOf(Math.max(...each)));
      const gold = items.map(({ answer }) => answer);
      return {
        loss: mean(gold.map((answer, i) => surprise(probabilities[i]![answer]!))),
        scores: [{ metric: "accuracy", value: shareOfRight(gold, predicted) }],
        main: "accuracy",
        n: items.length,
        predictions: items.map(
          ({ id, answer }, i): Prediction<"multiple_choice"> => ({
            id,
            answer: answer + 1,
            predicted: predicted[i]! + 1,
            probabilities: probabilities[i]!.map(rounded),
          }),
        ),
      };
    },
  };
  return adaptation;
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
