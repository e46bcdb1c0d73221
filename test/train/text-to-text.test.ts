import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkedProblems, load } from "#runtime/cli/load.ts";
import type { TrainedTask } from "#runtime/contract/plan.ts";
import { openTokenizer, type Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { readSourcesAndTargets, scoreWritten } from "#runtime/train/tasks/text-to-text.ts";
import { folderWith } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import peers from "../tokenizers/peer-tokenizers.json" with { type: "json" };
import { runHere } from "./in-process.ts";
import { animal, place, range, tales } from "./tales.ts";

const experiment = (task: string, { like = "span_corruption", epochs = 12 } = {}) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer words { kind: bpe, vocabulary: 400, train on: tales, sentinels: 4 }
model tiny { layers: 1, hidden: 32, heads: 2, context: 48 }
pretrain base { model: tiny, objective: ${like}, corpus: tales, tokenizer: words, budget: 1 step, batch: 8 }
task t = ${task}
finetune adapted { from: scratch { like: base }, task: t, epochs: ${epochs}, batch: 16, dropout: 0%, optimizer: adamw { learning_rate: 5e-3 } }
pretrain supervised { extends: base, objective: t, budget: 4 steps }
`;

const folderFor = (task: string, files: Record<string, string>, options = {}) =>
  folderWith({ "a.pretrain": experiment(task, options), "tales.txt": tales, ...files });

async function scoresOf(folder: string) {
  const ran = await runHere(folder, "adapted");
  const { scores } = ran.result("finetune", "adapted");
  const lines = readFileSync(join(ran.folder("adapted"), "predictions.jsonl"), "utf8")
    .trim()
    .split("\n");
  const of = (metric: string) => scores.find((score) => score.metric === metric && score.split === "test")?.value;
  return { of, predictions: lines.map((line) => JSON.parse(line)) };
}

/** Many texts, so that the splits differ. */
const pairs = `one\ttwo\tverdict\n${range(240)
  .map((i) => `the ${animal(i)} sleeps\t${animal(i >> 4)} and ${animal(i >> 6)} in the ${place(i)}\tin the ${place(i)}`)
  .join("\n")}\n`;

describe("on onnx a tiny model learns to write", () => {
  test.each(["span_corruption", "causal"])("a label, %s, which can be an objective too", async (like) => {
    const rows = range(240).map((i) => `${animal(i)} ${animal(i >> 4)} ${animal(i >> 6)} ${place(i)}\t${place(i)}`);
    const task = 'classification { train: "p.tsv", validation: 20%, test: 20%, as: text { prefix: "where " } }';
    const folder = folderFor(task, { "p.tsv": `text\tlabel\n${rows.join("\n")}\n` }, { like });
    const { of, predictions } = await scoresOf(folder);
    expect(of("accuracy")).toBeGreaterThan(0.9);
    expect(of("f1_macro")).toBeGreaterThan(0.9);
    expect(of("roc_auc")).toBeUndefined();
    expect(predictions[0]).toEqual({
      id: expect.any(String),
      label: expect.any(String),
      predicted: expect.any(String),
      written: expect.any(String),
    });
    const { steps } = (await runHere(folder, "supervised")).result("pretrain", "supervised");
    expect(steps).toBe(4);
  });

  test("the tags of a sentence, and the answer to a question", async () => {
    const lines = range(160).flatMap((i) => ["the\tO", `${animal(i)}\tB-animal`, "in\tO", `${place(i)}\tB-place`, ""]);
    const tagging = folderFor('tagging { train: "t.conll", validation: 20%, test: 20%, as: text }', { "t.conll": lines.join("\n") });
    const tagged = await scoresOf(tagging);
    expect(tagged.of("entity_f1")).toBeGreaterThan(0.9);
    const paragraphs = range(160).map((i) => {
      const context = `the ${animal(i)} is in the ${place(i)}`;
      const answers = [{ text: place(i), answer_start: context.indexOf(place(i)) }];
      return { context, qas: [{ id: `q${i}`, question: "where", answers }] };
    });
    const task = 'span_question_answering { train: "q.json", validation: 20%, test: 20%, as: text, longest_answer: 4 }';
    const { of } = await scoresOf(folderFor(task, { "q.json": JSON.stringify({ data: [{ paragraphs }] }) }));
    expect(of("exact_match")).toBeGreaterThan(0.8);
  });
});

/** The library's GPT-2-like tokenizer. */
async function tokenizer(): Promise<Tokenizer> {
  const folder = temporaryFolder();
  const path = join(folder, "own.json");
  writeFileSync(path, JSON.stringify(peers.cases.find(({ name }) => name === "GPT-2")!.tokenizer));
  writeFileSync(join(folder, "tokenizer.json"), readFileSync(path));
  return openTokenizer(folder);
}

/** The task of a declaration, and its files. */
async function taskOf(declared: string, files: Record<string, string>): Promise<TrainedTask> {
  const folder = folderFor(declared, files);
  const { plan } = (await load(join(folder, "a.pretrain"))).plan("adapted");
  const job = plan.jobs.find((each) => each.kind === "finetune");
  if (job?.kind !== "finetune") throw new Error("no fine-tuning is planned");
  return job.task;
}

describe("written answers are scored by the task's own metrics", () => {
  const write = async (task: TrainedTask, answers: (target: string, i: number) => string) => {
    const own = await tokenizer();
    const words = readSourcesAndTargets(task, "test");
    const written = await own.encodeBatch(words.map(({ target }, i) => answers(target, i)));
    const { scores, predictions } = await scoreWritten(task, "test", {
      loss: 0,
      written: written.map((ids) => Array.from(ids)),
      tokenizer: own,
    });
    return { words, predictions, of: (metric: string) => scores.find((score) => score.metric === metric)?.value };
  };

  test("labels: an answer that is not a label is wrong", async () => {
    const task = await taskOf(
      'pair_classification { train: "p.tsv", validation: 20%, test: 20%, text: one, second: two, label: verdict, as: text }',
      { "p.tsv": pairs },
    );
    const { words, of } = await write(task, (target) => target);
    expect(words[0]!.source).toMatch(/^one: the \w+ sleeps two: \w+ and \w+ in the \w+$/);
    expect(of("accuracy")).toBe(1);
    const half = await write(task, (target, i) => (i % 2 === 0 ? target : "in the barn house"));
    expect(half.of("accuracy")).toBeCloseTo(Math.ceil(half.words.length / 2) / half.words.length, 6);
    expect(half.predictions[1]).toMatchObject({ written: expect.any(String) });
    // a class of its own, and not the other label
    expect(half.predictions[1]).toHaveProperty("predicted", null);
    const none = await write(task, () => "in the barn house");
    expect([none.of("accuracy"), none.of("matthews"), none.of("f1_macro")]).toEqual([0, 0, 0]);
  });

  test("numbers: an answer that is not a number counts as the training examples' mean", async () => {
    const rows = range(60).map((i) => `${animal(i)} ${i},${i % 5}`);
    const task = await taskOf('regression { train: "n.csv", validation: 20%, test: 20%, as: text }', {
      "n.csv": `text,value\n${rows.join("\n")}\n`,
    });
    expect((await write(task, (target) => target)).of("mae")).toBe(0);
    const { predictions } = await write(task, () => "many");
    const train = readSourcesAndTargets(task, "train").map(({ target }) => Number(target));
    const mean = train.reduce((sum, value) => sum + value, 0) / train.length;
    expect(predictions[0]).toMatchObject({ predicted: expect.closeTo(mean, 6) });
  });

  test("tags: one that is unknown or missing is wrong, and the others keep their places", async () => {
    const lines = range(40).flatMap((i) => ["the\tO", `${animal(i)}\tB-animal`, "in\tO", `${place(i)}\tB-place`, ""]);
    const task = await taskOf('tagging { train: "t.conll", validation: 20%, test: 20%, as: text }', { "t.conll": lines.join("\n") });
    const { of } = await write(task, (target) => target);
    expect([of("accuracy"), of("entity_f1")]).toEqual([1, 1]);
    const { predictions } = await write(task, (_, i) => (i === 0 ? "O B-thing O B-place" : "O B-animal"));
    expect(predictions[0]).toHaveProperty("predicted", ["O", ". ", "O", "B-place"]);
    expect(predictions[1]).toHaveProperty("predicted", ["O", "B-animal", ". ", ". "]);
  });

  test("a missing tag is wrong if a full stop is a tag", async () => {
    const lines = range(40).flatMap((i) => [`${animal(i)}\tNN`, "in\tIN", `${place(i)}\tNN`, ".\t.", ""]);
    const task = await taskOf('tagging { train: "t.conll", validation: 20%, test: 20%, as: text, metrics: [accuracy] }', {
      "t.conll": lines.join("\n"),
    });
    expect((await write(task, (target) => target)).of("accuracy")).toBe(1);
    expect((await write(task, () => "")).of("accuracy")).toBe(0);
  });

  test("choices by their numbers", async () => {
    const rows = range(40).map((i) => JSON.stringify({ question: animal(i), choices: range(3).map((j) => animal(i + j)), answer: i % 3 }));
    const task = await taskOf('multiple_choice { train: "c.jsonl", validation: 20%, test: 20%, question: question, as: text }', {
      "c.jsonl": rows.join("\n"),
    });
    const { words, of } = await write(task, (target) => target);
    expect(words[0]!.source).toMatch(/^question: \w+ choice 1: \w+ choice 2: \w+ choice 3: \w+$/);
    expect(of("accuracy")).toBe(1);
    expect((await write(task, () => "4")).of("accuracy")).toBe(0);
  });
});

test.each([
  ["an encoder", "masked", "as: text", /pair_classification as text needs a model that writes text, but this is an encoder/],
  ["how a head reads", "causal", "as: text, pool: last", /pool tells how a head reads the text, but with as: text there is no head/],
  ["probabilities", "causal", "as: text, metrics: [roc_auc]", /roc_auc needs the probability of each label/],
])("%s cannot be with it", async (_, like, settings, message) => {
  const task = `pair_classification { train: "p.tsv", validation: 20%, test: 20%, text: one, second: two, label: verdict, ${settings} }`;
  const text = experiment(task, { like }).replace(/pretrain supervised.*\n/, "");
  const folder = folderWith({ "a.pretrain": text, "tales.txt": tales, "p.tsv": pairs });
  const problems = await checkedProblems(join(folder, "a.pretrain"));
  expect(problems.map((problem) => problem.message).join("\n")).toMatch(message);
});
