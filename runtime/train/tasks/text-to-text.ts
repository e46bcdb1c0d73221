import type { TrainedTask } from "#runtime/contract/plan.ts";
import { largest } from "#runtime/contract/reductions.ts";
import type { Split } from "#runtime/contract/spec.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import { assembleBatch, nothing } from "#runtime/encoding/assemble-batch.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { noteCut } from "../labelled-texts.ts";
import type { Trainer } from "../trainer.ts";
import { writeTexts } from "../write-texts.ts";
import { type Evaluation, evaluated, once, type TaskTraining, type TaskTrainingSetup } from "./task-training.ts";
import { asTextOf } from "./task-trainings.ts";
import { smallestWritingPart, writingParts, writtenExample } from "./text-to-text-parts.ts";

type TextPart = Extract<Part, { kind: "text" }>;

/** What is read and what is to be written, as ids without frame. */
interface TextPair {
  id: string;
  source: number[];
  target: number[];
}

/**
 * A text for a text: every token of the target is predicted from the source and the tokens before it (Sutskever et al. 2014; Raffel
 * et al. 2020, section 2.4). Epochs are chosen by that loss, and where answers are short by what is written.
 */
export async function textToText(setup: TaskTrainingSetup): Promise<TaskTraining<TextPair>> {
  const { task, model, batch, tokenizer, frame } = setup;
  const parts = writingParts(model);
  const pairsOf = once((split) => readPairs(setup, split));
  const train = await pairsOf("train");
  const { beams, longest } = "beams" in task ? task : { beams: 1, longest: longestAnswer(task, train) };
  const partOf = (pairs: readonly TextPair[]) => smallestWritingPart(parts, pairs) ?? parts.at(-1)!;
  const lengthOf = ({ source, target }: TextPair) => source.length + target.length;
  const fill = (part: Part, pairs: readonly TextPair[]) => {
    const { layout } = part as TextPart;
    const examples = Array.from({ length: batch }, (_, row) =>
      pairs[row] ? writtenExample(pairs[row], layout, tokenizer.vocabulary, frame) : nothing,
    );
    return assembleBatch(examples, layout, tokenizer.vocabulary);
  };
  return {
    train,
    lengthOf,
    partOf,
    fill,
    async evaluate(split, trainer) {
      const pairs = await pairsOf(split);
      const loss = await meanTokenLoss(pairs, { partOf, fill, lengthOf, batch, trainer });
      if (split === "validation" && !isShort(task)) return { loss, scores: [], main: null, n: pairs.length, predictions: [] };
      const written = await writeTexts(
        pairs.map(({ source }) => source),
        { trainer, model, vocabulary: tokenizer.vocabulary, frame, beams, longest },
      );
      return scoreWritten(task, split, { loss, written, tokenizer });
    },
  };
}

/** Without a setting an answer is as long as what is trained on, with an end. */
function longestAnswer(task: TrainedTask, train: readonly TextPair[]): number {
  return asTextOf(task).longest?.(task) ?? 1 + largest(train.map(({ target }) => target.length));
}

/** Whether answers are few and short, so that they are written for the validation split too, after every epoch. */
function isShort(task: TrainedTask): boolean {
  return "as" in task && task.as !== undefined;
}

/** An example as a text that is read and one that is written. */
export interface SourceAndTarget {
  id: string;
  source: string;
  target: string;
}

/** What a task's examples are to a model that writes; sources begin with the task's prefix. */
export function readSourcesAndTargets(task: TrainedTask, split: Split): SourceAndTarget[] {
  const { pairOf } = asTextOf(task);
  const prefix = "prefix" in task ? task.prefix : "as" in task ? (task.as?.prefix ?? "") : "";
  return readTaskExamples(task, split).map((example) => {
    const { source, target } = pairOf(example, task);
    return { id: example.id, source: prefix + source, target };
  });
}

/** Texts written for a split's examples, as ids without frame, scored by the task's own metrics. */
export async function scoreWritten(
  task: TrainedTask,
  split: Split,
  { loss, written, tokenizer }: { loss: number; written: readonly (readonly number[])[]; tokenizer: Tokenizer },
): Promise<Evaluation> {
  const examples = readTaskExamples(task, split);
  return evaluated(task, loss, await asTextOf(task).predictionsOf({ task, examples, written, tokenizer }));
}

/** Mean over all target tokens, nats. */
export async function meanTokenLoss(
  pairs: readonly TextPair[],
  {
    partOf,
    fill,
    lengthOf,
    batch,
    trainer,
  }: Pick<TaskTraining<TextPair>, "partOf" | "fill" | "lengthOf"> & { batch: number; trainer: Pick<Trainer, "evaluate"> },
): Promise<number> {
  const order = [...pairs].sort((a, b) => lengthOf(a) - lengthOf(b));
  let [sum, n] = [0, 0];
  for (let start = 0; start < order.length; start += batch) {
    const rows = order.slice(start, start + batch);
    const part = partOf(rows);
    const { arrays, predicted } = fill(part, rows);
    const losses = (await trainer.evaluate(part, arrays)).losses!;
    for (const [i, weight] of arrays.weights!.entries()) if (weight > 0) sum += losses[i]!;
    n += predicted;
  }
  return sum / n;
}

/** Targets are cut to half of a decoder's context, sources to what is left; an encoder-decoder has room for each. */
export async function readPairs(
  { task, model, tokenizer, context, counted }: Pick<TaskTrainingSetup, "task" | "model" | "tokenizer" | "context" | "counted">,
  split: Split,
): Promise<TextPair[]> {
  const examples = readSourcesAndTargets(task, split);
  const sources = await tokenizer.encodeBatch(examples.map(({ source }) => source));
  const targets = await tokenizer.encodeBatch(examples.map(({ target }) => target));
  const twoSided = model.architecture === "encoder-decoder";
  const targetRoom = (twoSided ? context : Math.floor(context / 2)) - 1;
  let cut = 0;
  const pairs = examples.map(({ id }, i): TextPair => {
    const target = Array.from(targets[i]!).slice(0, targetRoom);
    const sourceRoom = twoSided ? context - 2 : context - 2 - target.length;
    if (targets[i]!.length > targetRoom || sources[i]!.length > sourceRoom) cut++;
    return { id, source: Array.from(sources[i]!).slice(0, sourceRoom), target };
  });
  noteCut({ context, counted }, split, cut, pairs.length);
  return pairs;
}
