import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoint, warningsOf } from "#runtime/checkpoints/checkpoint.ts";
import { exportToTransformers } from "#runtime/checkpoints/export.ts";
import { inspect } from "#runtime/checkpoints/inspect-text.ts";
import { openStoredModel } from "#runtime/checkpoints/stored-model.ts";
import { readsStates } from "#runtime/models/parameters.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { folderWith, sentences } from "../cli/cli.ts";
import { runHere } from "../train/in-process.ts";

const experiment = (family: string, objective: string) => `
corpus tales { files: "tales.txt", documents: line, split: { validation: 10% } }
tokenizer pieces { kind: wordpiece, vocabulary: 100, train on: tales, sentinels: 0 }
model small { family: ${family}, layers: 1, hidden: 32, heads: 4, context: 16 }
objective told = ${objective}
pretrain p { model: small, objective: told, corpus: tales, tokenizer: pieces, budget: 2 steps, batch: 4, optimizer: adamw { learning_rate: 1e-2 } }
`;

async function exported(family: string, objective: string) {
  const root = folderWith({ "a.pretrain": experiment(family, objective), "tales.txt": sentences(60) });
  const run = (await runHere(root, "p")).folder("p");
  const written = exportToTransformers(openStoredModel(run), join(root, "exported"));
  const { tensors } = readSafetensors(join(run, "model.safetensors"));
  return { written, tensors };
}

const valuesIn = (folder: string) => {
  const checkpoint = openCheckpoint(folder);
  return { checkpoint, values: checkpoint.read(checkpoint.parameters) };
};

test.each(["electra", "bert"])(
  "what replaced_token trains of a %s is ELECTRA's discriminator and its generator",
  async (family) => {
    const { written, tensors } = await exported(family, "replaced_token { rate: 20%, generator: 50% }");
    const [folder, inside] = written.map((each) => each.folder);
    expect(written.map(({ className }) => className)).toEqual(["ElectraForPreTraining", "ElectraForMaskedLM"]);

    const discriminator = valuesIn(folder!);
    expect(discriminator.checkpoint.head?.kind).toBe("discriminator");
    expect(warningsOf(discriminator.checkpoint)).toEqual([]);
    expect(discriminator.checkpoint.parameters.filter(({ name }) => readsStates(name))).toEqual([]);
    for (const [name, values] of Object.entries(discriminator.values)) expect(values, name).toEqual(tensors[name]!.data);
    const head = readSafetensors(join(folder!, "model.safetensors")).tensors;
    const layer = head["discriminator_predictions.dense.weight"]!;
    expect(layer.shape).toEqual([32, 32]);
    expect(layer.data[1]).toBe(tensors["heads.0.detection.layer.weight"]!.data[32]);
    expect(head["discriminator_predictions.dense_prediction.weight"]).toEqual({
      shape: [1, 32],
      data: tensors["heads.0.detection.weight"]!.data,
    });

    const generator = valuesIn(inside!);
    expect(generator.checkpoint.model).toMatchObject({ hidden: 16, heads: 2, embeddingWidth: 32 });
    expect(warningsOf(generator.checkpoint)).toEqual([]);
    for (const [name, values] of Object.entries(generator.values)) {
      const own = tensors[`generator.${name}`] ?? tensors[name];
      if (name === "projection.bias") expect(values.every((value) => value === 0)).toBe(true);
      else expect(values, name).toEqual(own!.data);
    }
    expect((await inspect(openStoredModel(folder!), "a word", "cpu", 1)).hiddenStates).toHaveLength(2);
    expect((await inspect(openStoredModel(inside!), "a word", "cpu", 1)).embedding).toHaveLength(16);
  },
  60_000,
);

test.each([
  ["bert", "contrastive { views: neighbours }", "BertModel"],
  ["roberta", "replaced_token", "RobertaModel"],
])(
  "a head that nothing trained is not written: a %s of %s is a %s",
  async (family, objective, className) => {
    const { written } = await exported(family, objective);
    expect(written.map((each) => each.className)).toEqual([className]);
    const { checkpoint } = valuesIn(written[0]!.folder);
    expect(checkpoint.head).toBeUndefined();
    expect(checkpoint.parameters.filter(({ name }) => readsStates(name))).toEqual([]);
  },
  60_000,
);
