import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { trainedBy, unlearned } from "#runtime/contract/learning.ts";
import type { LearningPoint } from "#runtime/contract/learning-point.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { random, shuffle } from "#runtime/random/random.ts";
import { folderWith, sentences } from "../cli/cli.ts";
import { type Ran, runHere } from "./in-process.ts";

/** What a training says of itself: tiny models on the real engine that learn, and such that cannot. */

const experiment = `
corpus tales { files: "tales.txt", documents: line, split: { validation: 20% } }
corpus shuffled { files: "shuffled.txt", documents: line, split: { validation: 20% } }
tokenizer words { kind: wordpiece, vocabulary: 120, train on: tales, lowercase: true, sentinels: 4 }
model tiny { layers: 1, hidden: 32, heads: 2, context: 32 }
pretrain causal { model: tiny, objective: causal, corpus: tales, tokenizer: words, budget: 80 steps, batch: 16, optimizer: adamw { learning_rate: 1e-2 } }
pretrain masked { extends: causal, objective: masked }
pretrain spans { extends: causal, objective: span_corruption }
pretrain detecting { extends: causal, objective: replaced_token { generator: 100%, weight: 10 }, budget: 500 steps, optimizer: adamw { learning_rate: 3e-3 } }
pretrain both { extends: causal, objective: mixture { 50%: causal, 50%: masked }, budget: 160 steps }
pretrain rate { extends: causal, optimizer: adamw { learning_rate: 5 } }
pretrain frozen { extends: causal, optimizer: adamw { learning_rate: 1e-9 } }
pretrain order { extends: causal, objective: masked { sentences: order }, corpus: shuffled }
`;

const lines = sentences(400).split("\n");
const draw = random(1, "order");
/** Documents of two sentences in an order that says nothing. */
const pairs = Array.from({ length: 200 }, () =>
  shuffle([...lines], draw)
    .slice(0, 2)
    .join(" "),
);
const files = { "a.pretrain": experiment, "tales.txt": lines.join("\n"), "shuffled.txt": pairs.join("\n") };

function pointsOf(ran: Ran, name: string): { job: PretrainJob; points: LearningPoint[]; last: LearningPoint } {
  const job = ran.jobs.find((each) => each.name === name && each.kind === "pretrain") as PretrainJob;
  const points = ran.result("pretrain", name).learning!;
  const told = ran.events.flatMap((event) => (event.event === "learning" ? [event] : []));
  expect(points.map(({ step }) => step)).toEqual(told.map(({ step }) => step));
  expect(told.at(-1)).toMatchObject(points.at(-1)!);
  return { job, points, last: points.at(-1)! };
}

const saidOf = async (name: string) => {
  const ran = await runHere(folderWith(files), name);
  const { job, points, last } = pointsOf(ran, name);
  return { last, said: unlearned(points, trainedBy(job)), ran };
};

test("causal: unigram and bigram are those of the encoded corpus", async () => {
  const { last, said, ran } = await saidOf("causal");
  const folderOfEncoded = ran.store.runFolder(ran.jobs.find(({ kind }) => kind === "encode")!.id);
  const tokens = (split: string) => [...new Uint16Array(new Uint8Array(readFileSync(join(folderOfEncoded, `${split}-00000.bin`))).buffer)];
  const [training, validation] = [tokens("train"), tokens("validation")];
  const begin = validation[0]!;
  const targets = validation.flatMap((token, i) => (token === begin ? [] : [{ before: validation[i - 1]!, token }]));
  const [part] = last.parts;
  expect(part!.n).toBe(targets.length);
  expect(part!.loss).toBeCloseTo(ran.result("pretrain", "causal").scores.find(({ metric }) => metric === "loss")!.value!, 4);
  // counted anew: after an ordinary token `</s>` by its share there, after `<s>` never
  const end = training.at(-1)!;
  const vocabulary = JSON.parse(readFileSync(join(ran.store.runFolder(ran.jobs[1]!.id), "tokenizer.json"), "utf8"));
  const special = new Set(vocabulary.added_tokens.map(({ id }: { id: number }) => id));
  const size = Math.round(Math.exp(part!.guess.uniform));
  const ordinary = training.filter((token) => !special.has(token));
  const frequency = (token: number) =>
    (ordinary.filter((each) => each === token).length + 0.5) / (ordinary.length + (size - special.size) / 2);
  const afterOrdinary = targets.filter(({ before }) => !special.has(before));
  const ends = afterOrdinary.filter(({ token }) => token === end).length / afterOrdinary.length;
  const probability = ({ before, token }: { before: number; token: number }) =>
    special.has(before) ? frequency(token) : token === end ? ends : (1 - ends) * frequency(token);
  const mean = targets.reduce((sum, target) => sum - Math.log(probability(target)), 0) / targets.length;
  expect(part!.guess.constant).toBeCloseTo(mean, 4);
  expect(part!.guess.bigram).toBeLessThan(part!.guess.constant);
  expect(part!.learned).toBeCloseTo(1 - part!.loss! / part!.guess.constant, 4);
  expect(part!.learned).toBeGreaterThan(0.3);
  expect(last.states!.cosine).toBeLessThan(0.99);
  expect(said).toEqual([]);
});

test.each([
  ["masked", ["tokens"]],
  ["spans", ["tokens"]],
  ["detecting", ["generator", "discriminator"]],
  ["both", ["causal tokens", "masked tokens"]],
])("%s learns, and nobody says otherwise", async (name, parts) => {
  const { last, said } = await saidOf(name);
  expect(last.parts.map(({ part, of }) => (part === undefined ? of : `${part} ${of}`))).toEqual(parts);
  expect(said.filter(({ decides }) => decides)).toEqual([]);
});

test("a rate of 5 ends worse than guessing, and is told to be lowered", async () => {
  const { said } = await saidOf("rate");
  expect(said).toMatchObject([{ of: "tokens", decides: true }]);
  expect(said[0]!.cause).toMatch(/guessing|not finite/);
  expect(said[0]!.advice).toMatch(/^lower learning_rate: it is 5, the usual one for so many weights is about 0\.00/);
});

test("a body that is not trained is told to move", async () => {
  const { said, last } = await saidOf("frozen");
  expect(last.moved).toBeLessThan(1e-4);
  expect(said).toMatchObject([
    { cause: "worse than guessing", advice: expect.stringMatching(/^raise learning_rate: the weights have hardly moved/) },
  ]);
});

test("the order of shuffled sentences is not learned, the tokens beside it are", async () => {
  const { said } = await saidOf("order");
  expect(said).toMatchObject([{ of: "pairs", decides: false, text: expect.stringContaining("guessing the base rate") }]);
});
