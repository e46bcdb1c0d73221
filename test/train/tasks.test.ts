import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "../cli/cli.ts";
import { runHere } from "./in-process.ts";
import { animal, place, range, tales } from "./tales.ts";

/** Every kind of task, end to end with tiny models on the real engine: from the file to the scores. */

const experiment = (task: string, { like = "masked", epochs = 12 } = {}) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer words { kind: wordpiece, vocabulary: 200, train on: tales, lowercase: true, sentinels: 4 }
model tiny { layers: 1, hidden: 32, heads: 2, context: 32 }
pretrain base { model: tiny, objective: ${like}, corpus: tales, tokenizer: words, budget: 40 steps, batch: 8, optimizer: adamw { learning_rate: 3e-3 } }
task t = ${task}
${
  task.startsWith("minimal_pairs")
    ? ""
    : `finetune adapted {
  from: scratch { like: base }
  task: t
  epochs: ${epochs}
  batch: 16
  dropout: 0%
  optimizer: adamw { learning_rate: 5e-3 }
}`
}
finetune scored { from: base, task: t }
compare both { extends: base, vary batch: [4, 8], finetune: { task: t, epochs: 1 }, seeds: 1, baselines: [majority] }
`;

const folderFor = (task: string, files: Record<string, string>, options: Parameters<typeof experiment>[1] = {}) =>
  folderWith({ "a.pretrain": experiment(task, options), "tales.txt": tales, ...files });

/** Scores of the test split. */
async function scoresOf(task: string, files: Record<string, string>, options: Parameters<typeof experiment>[1] & { name?: string } = {}) {
  const name = options.name ?? "adapted";
  const ran = await runHere(folderFor(task, files, options), name);
  const kind = task.startsWith("minimal_pairs") ? "evaluate" : "finetune";
  expect(ran.jobs.find((job) => job.name === name)).toMatchObject({ kind });
  const { scores } = ran.result(kind, name);
  const predictions = readFileSync(join(ran.folder(name), "predictions.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const of = (metric: string) => scores.find((score) => score.metric === metric && score.split === "test")?.value;
  return { of, predictions, events: ran.events, scores };
}

describe("on onnx a tiny model learns", () => {
  test("pair classification: is the animal of the one in the place of the other", async () => {
    const rows = range(240).map((i) => {
      const verdict = i % 4 < 2 && ["barn", "house"].includes(place(i)) ? "yes" : "no";
      return `the ${animal(i)} sleeps\t${animal(i >> 4)} in the ${place(i)} ${place(i >> 3)}\t${verdict}`;
    });
    const task = 'pair_classification { train: "p.tsv", validation: 20%, test: 20%, text: one, second: two, label: verdict }';
    const { of } = await scoresOf(task, { "p.tsv": `one\ttwo\tverdict\n${rows.join("\n")}\n` });
    expect(of("accuracy")).toBeGreaterThan(0.9);
  });

  test("regression: how many animals", async () => {
    const rows = range(160).map(
      (i) =>
        `${range(1 + (i % 5))
          .map((j) => animal(i * 3 + j))
          .join(" ")},${100 + 10 * (1 + (i % 5))}`,
    );
    const task = 'regression { train: "n.csv", validation: 20%, test: 20%, value: weight, metrics: [mae, pearson] }';
    const { of, predictions } = await scoresOf(task, { "n.csv": `text,weight\n${rows.join("\n")}\n` });
    expect(of("pearson")).toBeGreaterThan(0.9);
    expect(of("mae")).toBeLessThan(10);
    expect(predictions[0]).toEqual({ id: expect.stringMatching(/^n\.csv:\d+$/), value: expect.any(Number), predicted: expect.any(Number) });
  });

  test.each(["masked", "causal"])("tagging, %s", async (like) => {
    const lines = range(120).flatMap((i) => [
      "the\tO",
      `${animal(i)}\tB-animal`,
      `${animal(i + 1)}\tI-animal`,
      "in\tO",
      "the\tO",
      `${place(i)}\tB-place`,
      "",
    ]);
    const task = 'tagging { train: "t.conll", validation: 20%, test: 20% }';
    const { of } = await scoresOf(task, { "t.conll": lines.join("\n") }, { like });
    expect(of("entity_f1")).toBeGreaterThan(0.9);
    expect(of("accuracy")).toBeGreaterThan(0.9);
  });

  test("multiple choice: which sentence speaks of the animal", async () => {
    const rows = range(160).map((i) => {
      const right = i % 3;
      const choices = range(3).map((j) => `the ${animal(j === right ? i : i + 1 + ((i + j) % 3))} sleeps`);
      return JSON.stringify({ question: `the ${animal(i)} sleeps`, choices, answer: right });
    });
    const task = 'multiple_choice { train: "c.jsonl", validation: 20%, test: 20%, question: question, pool: mean }';
    const { of } = await scoresOf(task, { "c.jsonl": rows.join("\n") }, { epochs: 25 });
    expect(of("accuracy")).toBeGreaterThan(0.6);
  });

  test("question answering, in windows, with questions that have no answer", async () => {
    const paragraphs = range(150).map((i) => {
      const filler = range(i % 3 === 0 ? 16 : 3)
        .map((j) => `the ${animal(i + j)} sleeps`)
        .join(" ");
      const context = `${filler} . it is in the ${place(i)} now . ${i % 3 === 1 ? filler : ""}`;
      const answers = [{ text: place(i), answer_start: context.indexOf(place(i)) }];
      return {
        context: i % 5 === 4 ? filler : context,
        qas: [{ id: `q${i}`, question: "where is it", answers: i % 5 === 4 ? [] : answers }],
      };
    });
    const task = 'span_question_answering { train: "q.json", validation: 20%, test: 20%, stride: 8 }';
    const { of, predictions, events } = await scoresOf(task, { "q.json": JSON.stringify({ data: [{ paragraphs }] }) });
    expect(of("exact_match")).toBeGreaterThan(0.8);
    expect(predictions.some(({ answers, predicted }) => answers.length === 0 && predicted === "")).toBe(true);
    expect(JSON.stringify(events)).toContain("contexts do not fit into 32 tokens and are read in");
  });

  test.each(["causal", "span_corruption"])("translation from aligned files, %s", async (like) => {
    const [source, target] = [
      range(160).map((i) => `the ${animal(i)} is in the ${place(i)}`),
      range(160).map((i) => `${place(i)} ${animal(i)}`),
    ];
    const files = { "a.en": source.join("\n"), "a.xx": target.join("\n") };
    const task = 'translation { train: { source: "a.en", target: "a.xx" }, validation: 20%, test: 20%, beams: 2, longest: 6 }';
    const { of, predictions } = await scoresOf(task, files, { like, epochs: 25 });
    expect(of("chrf")).toBeGreaterThan(70);
    expect(predictions[0].predicted).toEqual(expect.any(String));
  });

  test.each([
    ["masked", "pseudo-log-likelihood"],
    ["causal", "log-likelihood"],
  ])("minimal pairs, %s, by %s", async (like) => {
    const rows = range(60).map((i) =>
      JSON.stringify({
        sentence_good: `the ${animal(i)} is in the ${place(i)}.`,
        sentence_bad: `the ${animal(i)} in is the ${place(i)}.`,
        UID: i % 2 ? "odd" : "even",
      }),
    );
    const task = 'minimal_pairs { files: "pairs/*.jsonl", group: UID }';
    const files = { "pairs/a.jsonl": rows.slice(0, 30).join("\n"), "pairs/b.jsonl": rows.slice(30).join("\n") };
    const { of, scores, predictions } = await scoresOf(task, files, { like, name: "scored" });
    expect(of("accuracy")).toBeGreaterThan(0.8);
    expect(scores.map(({ metric, n }) => [metric, n])).toEqual([
      ["accuracy", 60],
      ["accuracy.even", 30],
      ["accuracy.odd", 30],
    ]);
    expect(predictions).toHaveLength(60);
  });

  test("it stops when it no longer gets better, and keeps the best epoch", async () => {
    const rows = range(120).map((i) => `the ${animal(i)} is in the ${place(i)}\t${["one", "other"][((i * i + i) >> 2) % 2]}`);
    const task = 'classification { train: "s.tsv", validation: 20%, test: 20% }';
    const folder = folderFor(task, { "s.tsv": `text\tlabel\n${rows.join("\n")}\n` }, { epochs: 40 });
    const path = join(folder, "a.pretrain");
    writeFileSync(path, readFileSync(path, "utf8").replace("epochs: 40", "epochs: 40\n  patience: 2 epochs\n  layer_decay: 0.9"));
    const ran = await runHere(folder, "adapted");
    const { steps, bestEpoch } = ran.result("finetune", "adapted");
    const epochs = ran.events.filter((event) => event.event === "evaluation" && event.metric === "loss").length - 1;
    expect(epochs).toBeLessThan(40);
    expect(epochs - bestEpoch).toBe(2);
    expect(steps % epochs).toBe(0);
  });
});
