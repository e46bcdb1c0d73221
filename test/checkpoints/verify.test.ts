import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verify } from "#runtime/checkpoints/verify.ts";
import { enginesHere, folderOf, referenceModels } from "./folders.ts";

const engines = await enginesHere(["cpu", "onnx", "tensorflow"]);

test("there are models of every family", () => {
  const families = ["bert", "roberta", "distilbert", "electra", "gpt2", "llama", "t5", "t5v1.1", "bart"];
  expect(families.filter((family) => !referenceModels.some((name) => name.startsWith(`${family}-`)))).toEqual([]);
});

/** Loss, logits, every hidden state, every attention; gradients' norms: ten times as much. */
describe.each(engines)("Transformers' results on %s", (engine) => {
  test.each(referenceModels)("%s", async (name) => {
    const folder = folderOf(name);
    const files = { batch: join(folder, "batch.safetensors"), expected: join(folder, "expected.safetensors") };
    const { tensors } = await verify(folder, { ...files, tolerance: 1e-4, engine });
    expect(tensors.length).toBeGreaterThan(25);
    expect(tensors.filter(({ passed }) => !passed)).toEqual([]);
  });
});
