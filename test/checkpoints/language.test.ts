import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkedProblems } from "#runtime/cli/load.ts";
import { problemLine } from "#runtime/cli/output.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { openStore } from "#runtime/runs/store.ts";
import { folderWith, labelled, pretrain, sentences } from "../cli/cli.ts";
import { checkpointIn } from "./example.ts";

const experiment = (model = 'checkpoint: "checkpoint", context: 16') => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
model bert { ${model} }
task mood = classification { train: "mood.tsv", validation: 20%, test: 20%, text: sentence, label: polarity }
pretrain adapted { model: bert, objective: masked, corpus: tales, budget: 2 steps, batch: 4, optimizer: adamw { learning_rate: 1e-3 } }
finetune after { from: adapted, task: mood, epochs: 1, batch: 16 }
finetune direct { from: bert, task: mood, epochs: 1, batch: 16 }
`;

function example(model?: string): string {
  const folder = folderWith({ "a.pretrain": experiment(model), "tales.txt": sentences(60), "mood.tsv": labelled(40) });
  checkpointIn(folder);
  return folder;
}

test("a checkpoint is trained further with its own tokenizer, and fine-tuned with and without that", async () => {
  const folder = example();
  for (const name of ["after", "direct"]) expect(await pretrain(folder, "run", "a.pretrain", name)).toMatchObject({ code: 0 });
  const store = openStore(join(folder, ".pretrain"));
  const ids = store.jobs();
  expect(ids.map((id) => id.split("-")[0]).sort()).toEqual(["corpus", "encode", "finetune", "finetune", "pretrain", "tokenizer"]);
  const weights = readSafetensors(join(store.runFolder(ids.find((id) => id.startsWith("pretrain-"))!), "model.safetensors")).tensors;
  const before = readSafetensors(join(folder, "checkpoint", "model.safetensors")).tensors["bert.embeddings.word_embeddings.weight"]!;
  const after = weights["embeddings.tokens"]!;
  const change = Math.max(...after.data.map((value, i) => Math.abs(value - before.data[i]!)));
  // two steps of 1e-3 from the checkpoint's weights
  expect(change).toBeGreaterThan(1e-4);
  expect(change).toBeLessThan(4e-3);
  // the table keeps the positions that a shorter context does not read
  expect(weights["encoder.positions"]!.shape).toEqual([32, 32]);
}, 60_000);

describe("mistakes are reported at their places", () => {
  test.each<[string, string | undefined, (checkpoint: string) => void, RegExp]>([
    ["sizes beside it", 'checkpoint: "checkpoint", hidden: 64', () => {}, /:3:40: error: hidden is fixed by the checkpoint/],
    [
      "a longer context",
      'checkpoint: "checkpoint", context: 64',
      () => {},
      /:3:26: error: checkpoint has positions for only 32 tokens, not 64/,
    ],
    [
      "no such folder",
      'checkpoint: "chekpoint"',
      () => {},
      /:3:26: error: There is no checkpoint .*chekpoint.*pretrain download chekpoint/,
    ],
    ["no config.json", undefined, (path) => rmSync(join(path, "config.json")), /:3:26: error: There is no checkpoint/],
    [
      "a family that is not there",
      undefined,
      (path) => writeFileSync(join(path, "config.json"), '{ "model_type": "mamba" }'),
      /:3:26: error: .*config\.json: model_type is "mamba"; BERT \(bert\), .* are supported/,
    ],
    [
      "a setting that is not supported",
      undefined,
      (path) => edit(join(path, "config.json"), '"hidden_act": "gelu"', '"hidden_act": "silu"'),
      /hidden_act is "silu"; gelu, .* are supported/,
    ],
    [
      "a pickle",
      undefined,
      (path) => renameSync(join(path, "model.safetensors"), join(path, "pytorch_model.bin")),
      /:3:26: error: .*pytorch_model\.bin is pickled.*save_pretrained/,
    ],
    [
      "a file cut short in its header",
      undefined,
      (path) => truncateSync(join(path, "model.safetensors"), 200),
      /model\.safetensors is not a whole safetensors file: its header should have \d+ bytes.*\. Download or copy the checkpoint again/,
    ],
  ])("%s", async (_, model, spoil, message) => {
    const folder = example(model);
    spoil(join(folder, "checkpoint"));
    const problems = await checkedProblems(join(folder, "a.pretrain"));
    expect(problems.map(problemLine).join("\n")).toMatch(message);
  });
});

test("changed weights make the jobs that depend on them stale; other changes do not", async () => {
  const folder = example();
  const ids = async () =>
    (JSON.parse((await pretrain(folder, "plan", "a.pretrain", "direct", "--json")).stdout) as { jobs: { id: string }[] }).jobs.map(
      ({ id }) => id,
    );
  const first = await ids();
  copyFileSync(join(folder, "tales.txt"), join(folder, "checkpoint", "README.md"));
  expect(await ids()).toEqual(first);
  const path = join(folder, "checkpoint", "model.safetensors");
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  expect(await ids()).not.toEqual(first);
}, 30_000);

test("a tokenizer of another model is refused", async () => {
  const folder = example();
  appendFileSync(join(folder, "checkpoint", "vocab.txt"), "surplus\n");
  const { code, stderr } = await pretrain(folder, "run", "a.pretrain", "direct");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /:3:26: error: the tokenizer of .* has 97 entries, but the model's embeddings have 96 rows, so they do not belong together/,
  );
}, 30_000);

test("a fitting file replaces its tokenizer, with nothing added", async () => {
  const folder = example();
  const path = join(folder, "a.pretrain");
  edit(path, "budget: 2 steps", "budget: 2 steps, tokenizer: own");
  appendFileSync(path, 'tokenizer own { file: "own.json" }\n');
  const write = (entries: number) => {
    const names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
    const vocab = Object.fromEntries(Array.from({ length: entries }, (_, id) => [names[id] ?? `word${id}`, id]));
    writeFileSync(join(folder, "own.json"), JSON.stringify({ model: { type: "WordLevel", vocab, unk_token: "[UNK]" }, added_tokens: [] }));
  };
  write(96);
  const { jobs } = JSON.parse((await pretrain(folder, "plan", "a.pretrain", "adapted", "--json")).stdout);
  expect(jobs.find(({ kind }: { kind: string }) => kind === "tokenizer")).toMatchObject({ name: "own", adds: [] });
  write(97);
  const problems = await checkedProblems(path);
  expect(problems.map(problemLine).join("\n")).toMatch(
    /:5:\d+: error: The tokenizer own has 97 entries, but the model bert has embeddings for 96, so they do not belong together/,
  );
}, 30_000);

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}
