import { expect, test } from "vitest";
import type { ResolvedModel, TrainedTask } from "#runtime/contract/plan.ts";
import type { TrainedPart } from "#runtime/contract/spec.ts";
import { assembleBatch, nothing, predictionPlaces } from "#runtime/encoding/assemble-batch.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { isWritten } from "#runtime/objectives/objective.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import { writingPart } from "#runtime/programs/task-parts.ts";
import { random } from "#runtime/random/random.ts";
import { usualFrame } from "#runtime/tokenizers/frame.ts";
import { meanTokenLoss } from "#runtime/train/tasks/text-to-text.ts";
import { writtenExample } from "#runtime/train/tasks/text-to-text-parts.ts";
import { openTrainer, type Trainer } from "#runtime/train/trainer.ts";
import { writeTexts } from "#runtime/train/write-texts.ts";
import { settingsOf, smallModel, startingValues, vocabulary } from "../programs/small.ts";

const frame = usualFrame(vocabulary);
const task = { kind: "translation" } as TrainedTask;
const sources = [[9, 17, 30], [6], [11, 12, 13, 14, 15, 16], [33, 5], [20, 21, 22, 23, 24]];
const longest = 6;

async function trainerOf(model: ResolvedModel, train: TrainedPart): Promise<Trainer> {
  const part = writingPart(model, 12, 8);
  const settings = { ...settingsOf(model, part, vocabulary.size), ...finetuningParameters(model, task, { train }) };
  const initial = startingValues(settings);
  // what starts at zero would change nothing
  for (const [name, values] of Object.entries(initial)) {
    const from = random("added", name);
    if (/^(lora|adapters)\./.test(name)) for (let i = 0; i < values.length; i++) values[i] = 0.3 * from.normal();
  }
  return openTrainer({ engine: await loadEngine("onnx", { threads: 2 }), settings, initial, seed: 1 });
}

/** −log p of every token after the prompt, by the training program: nothing is kept from one token to the next. */
async function surprises(trainer: Trainer, model: ResolvedModel, source: number[], written: number[]): Promise<Float32Array> {
  const part = writingPart(model, 12, 8);
  const examples = Array.from({ length: vocabulary.size }, (_, token) => {
    const example = writtenExample({ source, target: [...written, token] }, part.layout, vocabulary, frame);
    return { ...example, predict: [example.predict.at(-2)!], targets: [token] };
  });
  const { arrays } = assembleBatch(examples, part.layout, vocabulary);
  const losses = (await trainer.evaluate(part, arrays)).losses!;
  return Float32Array.from(predictionPlaces(examples, part.layout), ([place]) => losses[place!]!);
}

async function likeliestText(trainer: Trainer, model: ResolvedModel, source: number[]): Promise<number[]> {
  const written: number[] = [];
  while (written.length < longest) {
    const losses = await surprises(trainer, model, source, written);
    const allowed = Array.from(losses.keys()).filter((token) => isWritten(token, vocabulary));
    const best = allowed.reduce((least, token) => (losses[token]! < losses[least]! ? token : least));
    if (best === vocabulary.end) break;
    written.push(best);
  }
  return written;
}

async function meanLogProbability(trainer: Trainer, model: ResolvedModel, source: number[], text: number[]): Promise<number> {
  const tokens = text.length < longest ? [...text, vocabulary.end] : text;
  let sum = 0;
  for (const [at, token] of tokens.entries()) sum -= (await surprises(trainer, model, source, tokens.slice(0, at)))[token]!;
  return sum / tokens.length;
}

const models = {
  "a decoder": { architecture: "decoder" },
  "a decoder that learned with a prefix": { architecture: "decoder", readsPrefix: true },
  "an encoder-decoder": { architecture: "encoder-decoder", position: "relative" },
} as const;

test.each([
  ["a decoder", { kind: "all" }],
  ["a decoder", { kind: "lora", rank: 2, alpha: 4 }],
  ["a decoder that learned with a prefix", { kind: "all" }],
  ["an encoder-decoder", { kind: "all" }],
  ["an encoder-decoder", { kind: "lora", rank: 2, alpha: 4 }],
  ["an encoder-decoder", { kind: "adapters", size: 3 }],
] as const)("with kept keys and values %s writes the tokens that it writes without, %j", async (name, train) => {
  const model = smallModel({ ...models[name], context: 20 });
  const trainer = await trainerOf(model, train);
  const expected: number[][] = [];
  for (const source of sources) expected.push(await likeliestText(trainer, model, source));
  const writing = { trainer, model, vocabulary, frame, longest };
  expect(await writeTexts(sources, { ...writing, beams: 1 })).toEqual(expected);
  // beams keep the most likely text among others, and find none that is worse overall
  const found = await writeTexts(sources, { ...writing, beams: 4 });
  for (const [i, text] of found.entries()) {
    const [one, other] = [text, expected[i]!].map((each) => meanLogProbability(trainer, model, sources[i]!, each));
    expect(await one).toBeGreaterThan((await other!) - 1e-4);
  }
  await trainer.close();
});

test.each(["a decoder", "a decoder that learned with a prefix", "an encoder-decoder"] as const)(
  "the loss of %s is the mean over what is written, and nothing else",
  async (name) => {
    const model = smallModel({ ...models[name], context: 20 });
    const trainer = await trainerOf(model, { kind: "all" });
    const pairs = sources.map((source, i) => ({ id: String(i), source, target: [7, 8, 9, 10].slice(0, i) }));
    let [sum, n] = [0, 0];
    for (const { source, target } of pairs)
      for (const [at, token] of [...target, vocabulary.end].entries()) {
        sum += (await surprises(trainer, model, source, target.slice(0, at)))[token]!;
        n++;
      }
    const part = writingPart(model, 12, 8);
    const loss = await meanTokenLoss(pairs, {
      partOf: () => part,
      fill(_, rows) {
        const examples = Array.from({ length: vocabulary.size }, (_, row) =>
          rows[row] ? writtenExample(rows[row], part.layout, vocabulary, frame) : nothing,
        );
        return assembleBatch(examples, part.layout, vocabulary);
      },
      lengthOf: ({ source }) => source.length,
      batch: vocabulary.size,
      trainer,
    });
    expect(loss).toBeCloseTo(sum / n, 5);
    await trainer.close();
  },
);
