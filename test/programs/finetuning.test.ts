import { describe, expect, test } from "vitest";
import type { TrainedTask } from "#runtime/contract/plan.ts";
import type { Architecture, TrainedPart } from "#runtime/contract/spec.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { finetuningParameters } from "#runtime/programs/parts.ts";
import { headOf, headPart } from "#runtime/programs/task-parts.ts";
import { pooledBatch } from "#runtime/train/pooled-batches.ts";
import { toStep } from "#runtime/train/text-batches.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { optimizer, settingsOf, smallModel, startingValues, vocabulary } from "./small.ts";
import { labelled } from "./tasks.ts";

const model = smallModel({ architecture: "encoder", layers: 3 });
const names = (train: Parameters<typeof finetuningParameters>[2]["train"]) =>
  finetuningParameters(model, labelled, { train }).trained.map(({ name }) => name);

describe("what is trained", () => {
  test("biases are those of the model and the head", () => {
    const trained = names({ kind: "biases" });
    expect(trained).toContain("encoder.layers.0.attention.query_key_value.bias");
    expect(trained.filter((name) => !name.endsWith(".bias"))).toEqual(["heads.task.weight"]);
  });

  test("adapters follow each attention and each feed-forward layer; norms and head are trained too", () => {
    const trained = names({ kind: "adapters", size: 4 });
    const adapters = trained.filter((name) => name.startsWith("adapters."));
    expect(adapters).toHaveLength(3 * 2 * 4);
    expect(adapters).toContain("adapters.encoder.layers.2.feed_forward.up.weight");
    expect(trained.filter((name) => !name.startsWith("adapters.") && !name.includes("norm."))).toEqual([
      "heads.task.weight",
      "heads.task.bias",
    ]);
  });

  test("nothing is both trained and frozen, and nothing is left out", () => {
    const { trained, frozen } = finetuningParameters(model, labelled, { train: { kind: "biases" } });
    const all = [...trained, ...frozen].map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(finetuningParameters(model, labelled, { train: { kind: "all" } }).trained.length);
  });
});

describe("the last layers are those of the answering stack", () => {
  const blocks = (architecture: Architecture, task: TrainedTask, layers: number, train: TrainedPart = { kind: "last", layers }) => {
    const { trained } = finetuningParameters(smallModel({ architecture, layers: 4, placement: "pre" }), task, { train });
    const found = trained.flatMap(({ name }) => /(?:en|de)coder\.layers\.\d/.exec(name) ?? []);
    return [...new Set(found)];
  };
  const written = { ...labelled, as: { prefix: "" } } as TrainedTask;
  test.each([
    ["decoder" as const, labelled, 2, ["decoder.layers.2", "decoder.layers.3"]],
    ["encoder" as const, labelled, 1, ["encoder.layers.3"]],
    ["encoder-decoder" as const, labelled, 1, ["encoder.layers.3"]],
    ["decoder" as const, written, 1, ["decoder.layers.3"]],
    ["encoder-decoder" as const, written, 1, ["decoder.layers.3"]],
    ["encoder-decoder" as const, written, 3, ["decoder.layers.1", "decoder.layers.2", "decoder.layers.3"]],
  ])("%s", (architecture, task, layers, expected) => {
    expect(blocks(architecture, task, layers)).toEqual(expected);
  });

  test("a decoder of another depth than its encoder counts by its own", () => {
    const model = { ...smallModel({ architecture: "encoder-decoder", layers: 2 }), decoderLayers: 3 };
    const { trained } = finetuningParameters(model, written, { train: { kind: "last", layers: 2 } });
    const found = new Set(trained.flatMap(({ name }) => /(?:en|de)coder\.layers\.\d/.exec(name) ?? []));
    expect([...found]).toEqual(["decoder.layers.1", "decoder.layers.2"]);
    expect(trained.some(({ name }) => name === "encoder.norm.weight")).toBe(false);
  });

  test("the norm after an encoder is not one of its decoder's last layers", () => {
    const model = smallModel({ architecture: "encoder-decoder", layers: 2, placement: "pre" });
    const { trained } = finetuningParameters(model, written, { train: { kind: "last", layers: 1 } });
    expect(trained.filter(({ name }) => name.startsWith("encoder."))).toEqual([]);
  });
});

test("the learning rate falls by the decay from each layer to the one below", () => {
  const { trained } = finetuningParameters(model, labelled, { train: { kind: "all" }, layerDecay: 0.5 });
  const rateOf = (name: string) => trained.find((parameter) => parameter.name === name)?.rate ?? 1;
  expect(rateOf("heads.task.weight")).toBe(1);
  expect([2, 1, 0].map((layer) => rateOf(`encoder.layers.${layer}.attention.output.weight`))).toEqual([0.5, 0.25, 0.125]);
  expect(rateOf("embeddings.tokens")).toBe(0.0625);
});

test("a step moves each weight by its own learning rate", async () => {
  const part = headPart(headOf(labelled)!, 16);
  const moved = async (layerDecay: number) => {
    const parameters = finetuningParameters(model, labelled, { train: { kind: "all" }, layerDecay });
    const settings = { ...settingsOf(model, part, 2), optimizer: { ...optimizer, weightDecay: 0, clip: null }, ...parameters };
    const initial = startingValues(settings);
    const trainer = await openTrainer({ engine: await loadEngine("onnx", { threads: 2 }), settings, initial, seed: 1 });
    const texts = [0, 1].map((answer) => [{ ids: [vocabulary.begin, 6 + answer, 9, vocabulary.end], types: [0, 0, 0, 0], answer }]);
    await trainer.step(part, toStep([pooledBatch(part, texts, 2, vocabulary.pad, "mean")]).batches, { step: 1, learningRate: 0.1 });
    const weights = await trainer.weights();
    await trainer.close();
    const name = "encoder.layers.0.attention.output.weight";
    return Array.from(weights[name]!, (value, i) => value - initial[name]![i]!);
  };
  const [whole, part4] = [await moved(1), await moved(0.5)];
  expect(Math.max(...whole.map(Math.abs))).toBeGreaterThan(0.05);
  for (const [i, value] of part4.entries()) expect(value).toBeCloseTo(whole[i]! / 8, 5);
});

test("an adapter changes nothing before it is trained", async () => {
  const part = headPart(headOf(labelled)!, 16);
  const answers = async (train: { kind: "all" } | { kind: "adapters"; size: number }) => {
    const settings = { ...settingsOf(model, part, 1), ...finetuningParameters(model, labelled, { train }) };
    const trainer = await openTrainer({
      engine: await loadEngine("onnx", { threads: 2 }),
      settings,
      initial: startingValues(settings),
      seed: 1,
    });
    const { arrays } = pooledBatch(
      part,
      [[{ ids: [vocabulary.begin, 7, vocabulary.end], types: [0, 0, 0], answer: 0 }]],
      1,
      vocabulary.pad,
      "mean",
    );
    const found = Array.from((await trainer.evaluate(part, arrays)).answers!);
    await trainer.close();
    return found;
  };
  const [plain, withAdapters] = [await answers({ kind: "all" }), await answers({ kind: "adapters", size: 4 })];
  for (const [i, value] of withAdapters.entries()) expect(value).toBeCloseTo(plain[i]!, 5);
});
