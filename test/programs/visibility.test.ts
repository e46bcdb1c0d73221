import { engine, setBackend, type Tensor, tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import type { ResolvedObjective } from "#runtime/contract/plan.ts";
import { cpuEngine } from "#runtime/engines/cpu/cpu-engine.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { loadEngine } from "#runtime/engines/engine-table.ts";
import { initialValues } from "#runtime/models/parameters.ts";
import { pretrainingParameters, pretrainingParts } from "#runtime/programs/parts.ts";
import { promptVisibility, withReading } from "#runtime/programs/reading.ts";
import { type TextPart, textInputs, textLoss, textParameters } from "#runtime/programs/text-part.ts";
import { random } from "#runtime/random/random.ts";
import { registerGradients } from "#runtime/trace/gradients.ts";
import { openTrainer } from "#runtime/train/trainer.ts";
import { withTensorflow } from "../engines/tensorflow.ts";
import { objectives, settingsOf, smallModel, startingValues, textPart, textStep, vocabulary } from "./small.ts";

/** Who sees whom is a property of a batch: a decoder's weights learn from left to right by one part and in both directions by another. */

const model = smallModel();
const both: ResolvedObjective = {
  kind: "mixture",
  parts: (["causal", "masked"] as const).map((name) => ({ weight: 0.5, name, objective: objectives[name] })),
};

test("no part adds weights of its own: both train the decoder's", () => {
  const parts = pretrainingParts(model, both, 10) as TextPart[];
  expect(parts.map(({ layout }) => layout.visibility)).toEqual(["past", "all"]);
  expect(parts.flatMap((part) => textParameters(model, part))).toEqual([]);
  const alone = pretrainingParameters(model, [textPart(model, objectives.causal)]);
  expect(pretrainingParameters(model, parts)).toEqual(alone);
});

const { causal, prefix, masked } = objectives;
const made = (kind: "mixture" | "sequence", ...parts: ResolvedObjective[]): ResolvedObjective => ({
  kind,
  parts: parts.map((objective) => ({ weight: 1 / parts.length, name: objective.kind, objective })),
});

test.each<[string, ResolvedObjective, "past" | "all" | undefined]>([
  ["causal", causal, "past"],
  ["prefix", prefix, "all"],
  ["a mixture with masked", made("mixture", masked, causal), "past"],
  ["a sequence that ends with masked", made("sequence", causal, masked), "past"],
  ["a sequence that ends with masked after a prefix", made("sequence", prefix, masked), "all"],
  ["masked alone, which teaches no next token", masked, undefined],
])("what a decoder goes on from is read as what taught it to write: %s", (_, objective, visibility) => {
  expect(promptVisibility(withReading(model, objective), objective)).toBe(visibility);
});

async function curve(name: EngineName): Promise<{ losses: number[]; weights: Record<string, Float32Array> }> {
  const parts = pretrainingParts(model, both, 10) as TextPart[];
  const settings = settingsOf(model, parts[0]!, 3, { parts });
  const trainer = await openTrainer({
    engine: await loadEngine(name, { threads: 2 }),
    settings,
    initial: startingValues(settings),
    seed: 3,
  });
  const losses: number[] = [];
  for (let step = 1; step <= 10; step++) {
    const at = step % 2;
    const objective = at === 0 ? objectives.causal : objectives.masked;
    const { batches } = textStep(objective, parts[at]!, { step, batch: 3 });
    const { loss, gradientNorm } = await trainer.step(parts[at]!, trainer.withMasks(parts[at]!, batches, step), {
      step,
      learningRate: 3e-3,
    });
    losses.push(loss, gradientNorm);
  }
  const weights = await trainer.weights();
  await trainer.close();
  return { losses, weights };
}

test("engines agree on steps that read from left to right and steps that read in both directions, in turn", async () => {
  const reference = await curve("cpu");
  expect(reference.losses.every((value) => value > 0)).toBe(true);
  for (const name of withTensorflow() ? (["onnx", "tensorflow"] as const) : (["onnx"] as const)) {
    const { losses } = await curve(name);
    const differences = losses.map((value, i) => Math.abs(value / reference.losses[i]! - 1));
    expect(Math.max(...differences), name).toBeLessThan(1e-4);
  }
});

test.each([
  ["causal", false],
  ["masked", true],
] as const)("a decoder's %s batch: a later token changes an earlier prediction: %s", async (name, changes) => {
  const part = textPart(model, objectives[name]);
  const settings = settingsOf(model, part, 2);
  const trainer = await openTrainer({
    engine: await loadEngine("cpu", { threads: 1 }),
    settings,
    initial: startingValues(settings),
    seed: 3,
  });
  const row = (last: number) => [vocabulary.begin, 10, vocabulary.mask, 12, last];
  const side = (values: number[]) => Int32Array.from([...values, ...Array(11).fill(0)]);
  const rows = [20, 21].map((last) => side(row(last)));
  const join = (of: Int32Array[]) => Int32Array.from(of.flatMap((values) => [...values]));
  const shared = {
    tokens: join(rows),
    positions: join(rows.map(() => side([0, 1, 2, 3, 4]))),
    segments: join(rows.map(() => side([1, 1, 1, 1, 1]))),
  };
  const count = 2 * part.layout.predicted;
  // causal predicts in place, masked at the positions that it names: of both the loss at the second position is looked at
  const room = count / 2;
  const predict = Int32Array.from({ length: count }, (_, i) => (i < room ? 1 : 17));
  const targets = new Int32Array(count).fill(11);
  const { losses } = await trainer.evaluate(part, { ...shared, ...(name === "masked" ? { predict } : {}), targets });
  await trainer.close();
  const [one, other] = name === "masked" ? [losses![0]!, losses![room]!] : [losses![1]!, losses![17]!];
  if (changes) expect(other).not.toBeCloseTo(one, 3);
  else expect(other).toBe(one);
});

describe("gradients are the difference quotients of the loss", () => {
  test.each(["causal", "masked", "next_sentence", "replaced_token"] as const)("a decoder, %s", async (name) => {
    await (await cpuEngine.open({ state: [], functions: [] })).close();
    setBackend("cpu");
    registerGradients();
    const own = smallModel({ layers: 1, context: 24 });
    const part = textPart(own, objectives[name]);
    const parameters = pretrainingParameters(own, [part]);
    const { batches } = textStep(objectives[name], part, { step: 1, batch: 2 });
    const noise = random(1, "noise");
    const given = Object.fromEntries(
      textInputs({ batch: 2, model: own }, part).map(({ name: input, shape, dtype }) => {
        const size = shape.reduce((product, each) => product * each, 1);
        const values = batches[0]![input] ?? Float32Array.from({ length: size }, () => 0.01 + 0.98 * noise.uniform());
        return [input, tensor(values, [...shape], dtype)];
      }),
    );
    // each parameter far from zero, where a difference of two losses is more than rounding
    const start = parameters.map((parameter) => initialValues(parameter, 7).map((value) => value * 5));
    const lossAt = (weights: readonly Tensor[]) =>
      textLoss(
        {
          model: own,
          parameters: Object.fromEntries(parameters.map((parameter, i) => [parameter.name, weights[i]!])),
          dropout: { rate: 0, masks: {} },
        },
        part,
        given,
        {},
      );
    const tensors = (scale: number) =>
      start.map((values, i) =>
        tensor(
          values.map((value, at) => value + scale * direction[i]![at]!),
          [...parameters[i]!.shape],
        ),
      );
    const from = random(2, "direction");
    // what the generator draws is no smooth function of its weights: what it shares is left alone
    const moves = (parameter: string) => name !== "replaced_token" || /^(?:decoder\.layers|heads)\./.test(parameter);
    const direction = start.map((values, i) => values.map(() => (moves(parameters[i]!.name) ? from.normal() : 0)));
    const step = 2e-3;
    const [above, below] = [step, -step].map((scale) => lossAt(tensors(scale)).dataSync()[0]!) as [number, number];
    const at = tensors(0);
    const { grads } = engine().gradients(() => lossAt(at) as never, at);
    const along = (gradient: Tensor | null, i: number) =>
      Array.from(gradient?.dataSync() ?? []).reduce((sum, value, place) => sum + value * direction[i]![place]!, 0);
    const slope = grads.reduce((sum, gradient, i) => sum + along(gradient, i), 0);
    expect((above - below) / (2 * step) / slope).toBeCloseTo(1, 1);
  });
});
