import { join } from "node:path";
import { expect, test } from "vitest";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { folderWith, labelled, sentences } from "../cli/cli.ts";
import { runHere } from "./in-process.ts";

const experiment = (budget: string, epochs: number) => `
corpus tales { files: "tales.txt", documents: line }
tokenizer letters { kind: bytes, train on: tales }
model tiny { layers: 1, hidden: 8, heads: 1, context: 32 }
pretrain base { model: tiny, objective: masked, corpus: tales, tokenizer: letters, budget: ${budget}, batch: 2 }
task mood = classification { train: "mood.tsv", validation: "mood.tsv", test: "mood.tsv", text: sentence, label: polarity }
finetune adapted { from: base, task: mood, epochs: ${epochs} }
`;

test.each([
  ["1 steps", 1],
  ["3 steps", 3],
])("each of few steps trains, the last one too: pre-training of %s, %d epochs of one step", async (budget, epochs) => {
  const folder = folderWith({ "a.pretrain": experiment(budget, epochs), "tales.txt": sentences(60), "mood.tsv": labelled(24) });
  const ran = await runHere(folder, "adapted");
  const rates = ran.events.flatMap((event) => (event.event === "step" ? [event.learning_rate] : []));
  expect(rates).toHaveLength(2 * epochs);
  for (const rate of rates) expect(rate).toBeGreaterThan(0);
  const [before, after] = ["base", "adapted"].map((name) => readSafetensors(join(ran.folder(name), "model.safetensors")).tensors);
  const changed = Object.keys(after!).filter((name) => before![name] && !same(before![name].data, after![name]!.data));
  expect(changed.length).toBeGreaterThan(0);
});

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return Array.from(a).every((value, i) => value === b[i]);
}
