import type { FinetuneResult, Score } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { FinetuneJob, ResolvedModel, ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import { readTaskExamples } from "#runtime/corpus/task-examples.ts";
import { assembleBatch, nothing, predictionPlaces } from "#runtime/encoding/batch.ts";
import { scorePairs } from "#runtime/metrics/pairs.ts";
import type { Example, Layout, Vocabulary } from "#runtime/objectives/objective.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training.ts";
import { writePredictions } from "#runtime/runs/predictions.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";
import { bucketLengths, bucketOf } from "#runtime/tasks/buckets.ts";
import { framed, usualFrame } from "#runtime/tokenizers/frame.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { countNotes, noteCut } from "./answered-texts.ts";
import { rounded } from "./tasks/task-training.ts";
import type { Trainer } from "./trainer.ts";

type TextPart = Extract<Part, { kind: "text" }>;

/** The parts of a program that tells how probable sentences are. */
export function pairParts({ architecture, context }: Pick<ResolvedModel, "architecture" | "context">): TextPart[] {
  return bucketLengths(context).map((length) => {
    const predicted = architecture === "decoder" ? length : 1;
    const layout: Layout = {
      architecture,
      context: length,
      decoderContext: 0,
      predicted,
      prefix: false,
      window: 0,
      stride: 0,
      tokens: length,
      sentinels: 0,
    };
    return { kind: "text", name: String(length), layout };
  });
}

/**
 * Which of two sentences is more probable to a model, as it is: a decoder by the log-likelihood of the whole sentence (Warstadt et
 * al. 2020, section 4), an encoder by its pseudo-log-likelihood, each token masked in its turn (Salazar et al. 2020, section 2).
 */
export async function scoreMinimalPairs(
  { job, task, context }: { job: FinetuneJob; task: ResolvedTaskOf<"minimal_pairs">; context: JobContext },
  { trainer, tokenizer, settings }: { trainer: Trainer; tokenizer: Tokenizer; settings: TrainingSettings },
): Promise<FinetuneResult> {
  const begin = performance.now();
  const testReadAt = new Date().toISOString();
  const examples = readTaskExamples(task, "test");
  const texts = await tokenizer.encodeBatch(examples.flatMap(({ good, bad }) => [good, bad]));
  const room = job.model.context;
  noteCut(
    { context: room, counted: countNotes(context.emit) },
    "test",
    texts.filter(({ length }) => length + 2 > room).length,
    texts.length,
  );
  const sentences = texts.map((ids) => framed([ids], usualFrame(tokenizer.vocabulary), room).ids);
  const rows = sentences.flatMap((ids, sentence) => rowsOf(ids, sentence, job.model, tokenizer.vocabulary));
  const report = (done: number) => context.emit({ event: "phase", phase: "evaluating", done, total: rows.length, unit: "rows" });
  const likelihoods = await likelihoodsOf(rows, sentences.length, { trainer, settings, vocabulary: tokenizer.vocabulary, report });
  const pairs = examples.map(({ group }, i) => ({ group, good: likelihoods[2 * i]!, bad: likelihoods[2 * i + 1]! }));
  const predictions = examples.map(
    ({ id, good, bad, group }, i): Prediction<"minimal_pairs"> => ({
      id,
      good,
      bad,
      ...(group === null ? {} : { group }),
      good_log_likelihood: rounded(pairs[i]!.good),
      bad_log_likelihood: rounded(pairs[i]!.bad),
    }),
  );
  const scored = scorePairs(pairs).map(({ metric, value, n }): Score => ({ metric, value, split: "test", n }));
  const scores = withStandardErrors(scored, task, predictions);
  for (const score of scores) context.emit({ event: "evaluation", ...score, step: 0 });
  writePredictions(context.folder, predictions);
  return { steps: 0, seconds: (performance.now() - begin) / 1000, bestEpoch: 0, scores, testReadAt };
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
  how: { trainer: Trainer; settings: TrainingSettings; vocabulary: Vocabulary; report(done: number): void },
): Promise<Float64Array> {
  const { trainer, settings, vocabulary } = how;
  const parts = settings.parts as readonly TextPart[];
  const lengthOf = ({ example }: Row) => example.tokens.length;
  const order = [...rows].sort((a, b) => lengthOf(a) - lengthOf(b));
  const sums = new Float64Array(sentences);
  for (let start = 0; start < order.length; start += settings.batch) {
    const batch = order.slice(start, start + settings.batch);
    const length = bucketOf(lengthOf(batch.at(-1)!), settings.model.context);
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
