import type { ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import type { HeadPart } from "#runtime/programs/heads/head.ts";
import { framed, framedLength } from "#runtime/tokenizers/frame.ts";
import { noteCut } from "../../labelled-texts.ts";
import { headAnswers, mean, softmaxOf, surprise } from "../head-answers.ts";
import { headParts, smallestPart } from "../parts-by-length.ts";
import { evaluated, once, type TaskTraining, type TaskTrainingSetup } from "../task-training.ts";
import { textRows } from "../text-rows.ts";

/** A sentence as ids, and the positions that predict the tags of its words. */
interface TaggedText {
  id: string;
  words: string[];
  tags: string[];
  ids: number[];
  types: number[];
  /** For each word that was not cut off, the position that predicts its tag. */
  predictedAt: number[];
}

type TaggingSetup = TaskTrainingSetup<ResolvedTaskOf<"tagging">>;

/** A tag for every word, by a head. */
export async function taggingHead(setup: TaggingSetup): Promise<TaskTraining<TaggedText, Prediction<"tagging">>> {
  const { task, model, batch, tokenizer } = setup;
  const parts = headParts(task, model);
  const classOf = new Map(task.labels.map((label, index) => [label, index]));
  const textsOf = once((split) => readTagged(setup, split));
  const train = await textsOf("train");
  const usual = mostFrequent(train);
  const training: TaskTraining<TaggedText, Prediction<"tagging">> = {
    train,
    lengthOf: ({ ids }) => ids.length,
    partOf: (texts) =>
      smallestPart(
        parts,
        texts.map(({ ids }) => ids.length),
      ),
    fill(part, texts) {
      const { length } = part as HeadPart;
      const rows = textRows(texts, { rows: batch, length, pad: tokenizer.vocabulary.pad });
      const [labels, weights] = [new Int32Array(batch * length), new Float32Array(batch * length)];
      let predicted = 0;
      for (const [row, { predictedAt, tags }] of texts.entries()) {
        for (const [word, position] of predictedAt.entries()) {
          const label = classOf.get(tags[word]!);
          // a tag that training does not have cannot be answered
          if (label === undefined) continue;
          labels[row * length + position] = label;
          weights[row * length + position] = 1;
          predicted++;
        }
      }
      return { arrays: { ...rows.arrays, labels, weights }, tokensRead: rows.tokensRead, predicted };
    },
    async evaluate(split, trainer) {
      const texts = await textsOf(split);
      const answers = await headAnswers(training, texts, batch, trainer);
      const losses: number[] = [];
      const predicted = texts.map(({ words, tags, predictedAt }, i) => {
        const found = predictedAt.map((position, word) => {
          const probabilities = softmaxOf(answers[i]!.subarray(position * task.labels.length, (position + 1) * task.labels.length));
          const label = classOf.get(tags[word]!);
          if (label !== undefined) losses.push(surprise(probabilities[label]!));
          return task.labels[probabilities.indexOf(Math.max(...probabilities))]!;
        });
        return words.map((_, word) => found[word] ?? usual);
      });
      const predictions = texts.map(({ id, words, tags }, i): Prediction<"tagging"> => ({ id, words, tags, predicted: predicted[i]! }));
      return evaluated(task, mean(losses), predictions);
    },
  };
  return training;
}

/**
 * Words are encoded one by one, with the space before them. An encoder tells a word's tag at its first token (Devlin et al. 2019,
 * section 5.3); a decoder has read the word at its last.
 */
async function readTagged({ task, model, tokenizer, frame, context, counted }: TaggingSetup, split: Split): Promise<TaggedText[]> {
  const examples = readTaskExamples(task, split);
  const { unknown } = tokenizer.vocabulary;
  const templateLength = framedLength([[]], frame);
  const before = frame.single.findIndex((piece) => "text" in piece);
  const encoded = await tokenizer.encodeBatch(examples.flatMap(({ words }) => words.map((word, i) => (i === 0 ? word : ` ${word}`))));
  let [at, cut] = [0, 0];
  const texts = examples.map(({ id, words, tags }): TaggedText => {
    const ids: number[] = [];
    const predictedAt: number[] = [];
    for (const pieces of encoded.slice(at, at + words.length)) {
      const tokens = pieces.length === 0 ? [unknown] : Array.from(pieces);
      if (ids.length + tokens.length + templateLength > context) break;
      predictedAt.push(before + (model.architecture === "decoder" ? ids.length + tokens.length - 1 : ids.length));
      ids.push(...tokens);
    }
    at += words.length;
    if (predictedAt.length < words.length) cut++;
    return { id, words, tags, ...framed([ids], frame, context), predictedAt };
  });
  noteCut({ context, counted }, split, cut, texts.length);
  return texts;
}

/** The answer for words that the context cut off. */
function mostFrequent(texts: readonly TaggedText[]): string {
  const counts = new Map<string, number>();
  for (const tag of texts.flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}
