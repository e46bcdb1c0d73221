import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "#runtime/checkpoints/checkpoint.ts";
import { checkpointBatch } from "#runtime/checkpoints/checkpoint-batch.ts";
import { exportToTransformers } from "#runtime/checkpoints/export.ts";
import { openStoredModel, type StoredModel } from "#runtime/checkpoints/stored-model.ts";
import { outputsOf } from "#runtime/checkpoints/verify.ts";
import type { TokenModel } from "#runtime/contract/model-choices.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { tokensHead } from "#runtime/models/families/family.ts";
import { initialValues, parametersOf } from "#runtime/models/parameters.ts";
import { verificationProgram } from "#runtime/programs/verification.ts";
import { readSafetensors, type StoredTensor } from "#runtime/runs/safetensors.ts";
import { tokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { smallModel } from "../programs/small.ts";
import { temporaryFolder } from "../runs/temporary.ts";
import { checkpointIn } from "./example.ts";
import { folderOf, referenceModels } from "./folders.ts";

const languageModels = referenceModels.filter((name) => /masked-lm|-lm$|conditional/.test(name));

test.each(languageModels)("%s comes back with every tensor as it was", (name) => {
  const to = join(temporaryFolder(), "exported");
  exportToTransformers(openStoredModel(checkpointIn(temporaryFolder(), name)), to);
  const [before, after] = [folderOf(name), to].map((folder) => readSafetensors(join(folder, "model.safetensors")).tensors);
  expect(Object.keys(after!).sort()).toEqual(Object.keys(before!).sort());
  expect(after).toEqual(before);
  expect(JSON.parse(readFileSync(join(to, "config.json"), "utf8"))).toMatchObject(configOf(name));
});

function configOf(name: string): Record<string, unknown> {
  const { model_type, vocab_size, architectures } = JSON.parse(readFileSync(join(folderOf(name), "config.json"), "utf8"));
  return { model_type, vocab_size, architectures };
}

/** A model as a pre-training leaves it: weights far from their start, so that a swap shows. */
function trained(over: Partial<TokenModel>): StoredModel {
  const model = smallModel({ vocabulary: 60, ...over });
  const tokens = ["<pad>", "<unk>", "<s>", "</s>", "<mask>", ...Array.from({ length: 55 }, (_, i) => String.fromCodePoint(0x61 + i))];
  const parameters = parametersOf(model);
  return {
    folder: "a run",
    model,
    checkpoint: undefined,
    parts: [],
    predicts: true,
    prompt: "past",
    parameters,
    read: (some) =>
      Object.fromEntries(
        some.map((parameter) => [parameter.name, initialValues({ ...parameter, initial: { normal: 0.3 } }, 5).map((value) => value + 0.1)]),
      ),
    tokenizer: () => tokenizerJson({ kind: "characters", lowercase: false, tokens, merges: [] }),
  };
}

const batch: Record<string, StoredTensor> = {
  input_ids: { shape: [2, 6], data: Int32Array.from([2, 9, 20, 33, 41, 3, 2, 8, 50, 3, 0, 0]) },
  attention_mask: { shape: [2, 6], data: Int32Array.from([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]) },
};
const decoderInput = { decoder_input_ids: { shape: [2, 3], data: Int32Array.from([2, 9, 20, 2, 11, 7]) } };

describe("a model of our own becomes the family that has its choices, with the same logits", () => {
  test.each<[string, string, Partial<TokenModel>]>([
    ["a decoder", "GPT2LMHeadModel", { activation: "gelu_tanh" }],
    ["a decoder without biases and with its own projection", "GPT2LMHeadModel", { biases: false, tiedEmbeddings: false }],
    [
      "a decoder with rotary positions",
      "LlamaForCausalLM",
      { position: "rotary", norm: "rms", biases: false, activation: "swiglu", tiedEmbeddings: false },
    ],
    [
      "an encoder-decoder with relative positions",
      "T5ForConditionalGeneration",
      { architecture: "encoder-decoder", position: "relative", norm: "rms", biases: false, activation: "relu" },
    ],
  ])("%s: %s", async (_, className, over) => {
    const stored = trained(over);
    const to = join(temporaryFolder(), "exported");
    expect(exportToTransformers(stored, to)).toEqual([{ folder: to, className }]);
    const exported = openCheckpoint(to);
    const given = stored.model.architecture === "encoder-decoder" ? { ...batch, ...decoderInput } : batch;
    const read = checkpointBatch(exported, given, "batch");
    const { outputs } = await outputsOf(exported, read, false, "cpu");
    const settings = { model: stored.model, head: tokensHead, parameters: stored.parameters, gradients: false, ...read.sizes };
    const session = await (await loadEngine("cpu", { threads: 1 })).open(verificationProgram(settings));
    await session.write(stored.read(stored.parameters));
    const { logits } = await session.call("verify", read.arrays);
    await session.close();
    expect(Math.max(...logits!) - Math.min(...logits!)).toBeGreaterThan(0.5);
    for (const [i, value] of logits!.entries()) expect(Math.abs(outputs.logits![i]! - value)).toBeLessThan(1e-4);
  });

  test("choices that no family has are named", () => {
    const to = join(temporaryFolder(), "exported");
    expect(() => exportToTransformers(trained({ position: "sinusoidal" }), to)).toThrow(
      /nearest is GPT-2, which has position: learned instead of sinusoidal.*family: gpt2/,
    );
    expect(() => exportToTransformers(trained({ architecture: "encoder", placement: "post" }), to)).toThrow(
      /nearest is .*, which has .*norm over its embeddings, .*layer before its projection.*Declare the model with its sizes and family: bert/,
    );
    mkdirSync(to);
    writeFileSync(join(to, "notes.txt"), "");
    expect(() => exportToTransformers(trained({}), to)).toThrow("exists and is not empty");
  });
});
