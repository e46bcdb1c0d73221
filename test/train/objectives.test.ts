import { expect, test } from "vitest";
import { folderWith, sentences } from "../cli/cli.ts";
import { runHere } from "./in-process.ts";

/** Objectives with a program of their own, end to end with a tiny model on the real engine. */

const experiment = (objective: string) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer words { kind: wordpiece, vocabulary: 120, train on: tales, lowercase: true, sentinels: 4 }
model tiny { layers: 1, hidden: 32, heads: 2, context: 32, dropout: 10% }
task swapped = translation { train: "pairs.tsv", source: here, target: there }
pretrain base { model: tiny, objective: ${objective}, corpus: tales, tokenizer: words, budget: 60 steps, batch: 8, optimizer: adamw { learning_rate: 5e-3 } }
`;

const animals = ["cat", "dog", "cow", "hen"];
const rows = Array.from({ length: 120 }, (_, i) => {
  const [one, other] = [animals[i % 4]!, animals[(i >> 2) % 4]!];
  return `the ${one} sees the ${other}\tthe ${other} sees the ${one}`;
});
const files = { "tales.txt": sentences(120), "pairs.tsv": `here\tthere\n${rows.join("\n")}\n` };

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each([
  ["masked { sentences: order }", 0.95],
  ["replaced_token { generator: 50% }", 0.95],
  ["contrastive { views: neighbours }", 0.9],
  ["denoising", 0.9],
  ["swapped", 0.6],
])("%s: the loss falls, and is scored where it reads the corpus", async (objective, share) => {
  const ran = await runHere(folderWith({ "a.pretrain": experiment(objective), ...files }), "base");
  const losses = ran.events.flatMap((event) => (event.event === "step" ? [event.loss] : []));
  expect(losses).toHaveLength(60);
  expect(mean(losses.slice(-10))).toBeLessThan(share * mean(losses.slice(0, 3)));
  const { scores, predicted, tokens } = ran.result("pretrain", "base");
  expect(scores.filter(({ metric }) => metric === "loss").map(({ split }) => split)).toEqual(objective === "swapped" ? [] : ["validation"]);
  expect(predicted).toBeGreaterThan(0);
  expect(tokens).toBeGreaterThan(60 * 8);
});
