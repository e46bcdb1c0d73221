import type { ResolvedModel, ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import { assembleBatch, nothing, predictionPlaces } from "#runtime/encoding/assemble-batch.ts";
import type { Example, Layout, Vocabulary } from "#runtime/objectives/objective.ts";
import type { TextPart } from "#runtime/programs/text-part.ts";
import { bucketLengths, lengthBucket } from "#runtime/tasks/buckets.ts";
import { framed, usualFrame } from "#runtime/tokenizers/frame.ts";
import { noteCut } from "../../labelled-texts.ts";
import type { EvaluatedModel, TaskEvaluation } from "../task-evaluations.ts";
import { rounded } from "../task-training.ts";

/**
 * Which of two sentences is more probable to a model, as it is: a decoder by the log-likelihood of the whole sentence (Warstadt et
 * al. 2020, section 4), an encoder by its pseudo-log-likelihood, each token masked in its turn (Salazar et al. 2020, section 2).
 */
export const minimalPairsEvaluation: TaskEvaluation<ResolvedTaskOf<"minimal_pairs">> = {
  partsOf: sentenceParts,
  predict: logLikelihoods,
  kept: ({ good_log_likelihood: good, bad_log_likelihood: bad, ...pair }) => ({
    ...pair,
    good_log_likelihood: rounded(good),
    bad_log_likelihood: rounded(bad),
  }),
};

/** The parts of a program that tells how probable sentences are. */
function sentenceParts({ architecture, context }: Pick<ResolvedModel, "architecture" | "context">): TextPart[] {
  return bucketLengths(context).map((length) => {
    const predicted = architecture === "decoder" ? length : 1;
    const layout: Layout = {
      architecture,
      context: length,
      decoderContext: 0,
      predicted,
      visibility: architecture === "decoder" ? "past" : "all",
      window: 0,
      stride: 0,
      tokens: length,
      sentinels: 0,
    };
    return { kind: "text", name: String(length), layout };
  });
}

async function logLikelihoods(
  task: ResolvedTaskOf<"minimal_pairs">,
  { trainer, settings, tokenizer, counted, emit }: EvaluatedModel,
): Promise<Prediction<"minimal_pairs">[]> {
  const { model } = settings;
  const { vocabulary } = tokenizer;
  const examples = readTaskExamples(task, "test");
  const texts = await tokenizer.encodeBatch(examples.flatMap(({ good, bad }) => [good, bad]));
  const room = model.context;
  noteCut({ context: room, counted }, "test", texts.filter(({ length }) => length + 2 > room).length, texts.length);
  const sentences = texts.map((ids) => framed([ids], usualFrame(vocabulary), room).ids);
  const rows = sentences.flatMap((ids, sentence) => rowsOf(ids, sentence, model, vocabulary));
  const report = (done: number) => emit({ event: "phase", phase: "evaluating", done, total: rows.length, unit: "rows" });
  const sums = await likelihoodsOf(rows, sentences.length, { trainer, settings, vocabulary, report });
  return examples.map(
    ({ id, good, bad, group }, i): Prediction<"minimal_pairs"> => ({
      id,
      good,
      bad,
      ...(group === null ? {} : { group }),
      good_log_likelihood: sums[2 * i]!,
      bad_log_likelihood: sums[2 * i + 1]!,
    }),
  );
}

interface Row {
  sentence: number;
  example: Example;
}

/** A decoder reads a sentence once; an encoder once for each token, which is masked. */
function rowsOf(ids: readonly number[], sentence: number, { architecture }: ResolvedModel, { mask }: Vocabulary): Row[] {
  const side = (tokens: number[]) => ({ tokens, positions: tokens.map((_, at) => at), segments: tokens.map(() => 1) });
  if (architecture === "decoder") {
    const targets = ids.slice(1);
    return [{ sentence, example: { ...side(ids.slice(0, -1)), predict: targets.map((_, at) => at), targets } }];
  }
  return ids.slice(1, -1).map((token, i) => {
    const masked = ids.with(i + 1, mask);
    return { sentence, example: { ...side(masked), predict: [i + 1], targets: [token] } };
  });
}

/** Σ log p of each sentence, nats. */
async function likelihoodsOf(
  rows: readonly Row[],
  sentences: number,
  how: Pick<EvaluatedModel, "trainer" | "settings"> & { vocabulary: Vocabulary; report(done: number): void },
): Promise<Float64Array> {
  const { trainer, settings, vocabulary } = how;
  const parts = settings.parts as readonly TextPart[];
  const lengthOf = ({ example }: Row) => example.tokens.length;
  const order = [...rows].sort((a, b) => lengthOf(a) - lengthOf(b));
  const sums = new Float64Array(sentences);
  for (let start = 0; start < order.length; start += settings.batch) {
    const batch = order.slice(start, start + settings.batch);
    const length = lengthBucket(lengthOf(batch.at(-1)!), settings.model.context);
    const part = parts.find(({ layout }) => layout.context === length)!;
    const examples = Array.from({ length: settings.batch }, (_, row) => batch[row]?.example ?? nothing);
    const { arrays } = assembleBatch(examples, part.layout, vocabulary);
    const losses = (await trainer.evaluate(part, arrays)).losses!;
    const places = predictionPlaces(examples, part.layout);
    for (const [row, { sentence }] of batch.entries()) for (const place of places[row]!) sums[sentence]! -= losses[place]!;
    if ((start / settings.batch) % reportEvery === 0) how.report(start);
  }
  return sums;
}

const reportEvery = 50;
