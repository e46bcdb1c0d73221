import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkedProblems } from "#runtime/cli/load.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { folderWith, sentences } from "../cli/cli.ts";
import { runHere } from "./in-process.ts";

const rows = Array.from({ length: 60 }, (_, i) => `the ${["cat", "dog", "cow"][i % 3]} and number ${i}\t${i % 3}`);

const experiment = (objective: string, more = "") =>
  folderWith({
    "a.pretrain": `
corpus tales { files: "tales.txt", documents: paragraph, split: { validation: 10% } }
tokenizer letters { kind: characters, train on: tales, sentinels: 0 }
model tiny { layers: 1, hidden: 16, heads: 2, context: 48, dropout: 10% }
pretrain base { model: tiny, objective: ${objective}, corpus: tales, tokenizer: letters, budget: 5 steps, batch: 8 }
task animal = classification { train: "animals.tsv", validation: 20%, test: 20%, pool: pooler }
finetune read { from: base, task: animal, epochs: 1, train: head, optimizer: adamw { learning_rate: 1e-9 } }
${more}`,
    "tales.txt": sentences(80).replaceAll("\n", "\n\n"),
    "animals.tsv": `text\tlabel\n${rows.join("\n")}\n`,
  });

test("a head reads through the pooler that pre-training on pairs of sentences trained", async () => {
  const ran = await runHere(experiment("masked { sentences: next }"), "read");
  const of = (name: string) => readSafetensors(join(ran.folder(name), "model.safetensors")).tensors;
  const [made, used] = [of("base")["pooler.weight"]!, of("read")["pooler.weight"]!];
  expect(made.shape).toEqual([16, 16]);
  for (const [i, value] of (used.data as Float32Array).entries()) expect(value).toBeCloseTo(made.data[i] as number, 5);
});

test("without such a pre-training it is new", async () => {
  const ran = await runHere(experiment("masked"), "read");
  const of = (name: string) => Object.keys(readSafetensors(join(ran.folder(name), "model.safetensors")).tensors);
  expect(of("base")).not.toContain("pooler.weight");
  expect(of("read")).toEqual(expect.arrayContaining(["pooler.weight", "pooler.bias", "heads.task.weight"]));
});

/** A decoder on a mixture of an objective and a task through a pooler. */
const mixedWith = (objective: string) =>
  experiment(
    "masked",
    `objective text = ${objective}
model right { layers: 1, hidden: 16, heads: 2, context: 48, architecture: decoder }
pretrain both { extends: base, model: right, objective: mixture { 50%: text, 50%: animal } }`,
  );

test("a decoder learns a task through a pooler beside an objective that it reads in both directions", async () => {
  const ran = await runHere(mixedWith("prefix"), "both");
  const { tensors } = readSafetensors(join(ran.folder("both"), "model.safetensors"));
  expect(Object.keys(tensors)).toEqual(expect.arrayContaining(["pooler.weight", "heads.1.weight"]));
});

describe("a pooler is refused", () => {
  const messagesOf = async (folder: string): Promise<string> =>
    (await checkedProblems(join(folder, "a.pretrain"))).map(({ message }) => message).join("\n");

  test("in a decoder, whose first token sees no other", async () => {
    expect(await messagesOf(experiment("causal"))).toMatch(/first token, which in a decoder attends to no other/);
  });

  test("in a probe, which is linear", async () => {
    expect(await messagesOf(experiment("masked", "probe layers { of: base, tasks: animal, epochs: 1 }"))).toMatch(/a probe is linear/);
  });

  test("as the objective of a decoder", async () => {
    const more =
      "objective labels = supervised { task: animal }\nmodel right { layers: 1, hidden: 16, heads: 2, context: 48, architecture: decoder }\npretrain both { extends: base, model: right, objective: labels }";
    expect(await messagesOf(experiment("masked", more))).toMatch(
      /labels needs an encoder or encoder-decoder, but the model right is a decoder. In a decoder, the first token, which a pooler reads/,
    );
  });

  test("in a mixture that teaches a decoder no other direction", async () => {
    expect(await messagesOf(mixedWith("causal"))).toMatch(/No architecture fits all parts .* In a decoder, the first token/);
  });
});
