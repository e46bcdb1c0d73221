import { expect, test } from "vitest";
import { generatorOf, generatorParameters, generatorSizes } from "#runtime/models/generator.ts";
import { parametersOf } from "#runtime/models/parameters.ts";
import { pretrainCost } from "#runtime/programs/training-cost.ts";
import { objectives, optimizer, smallModel } from "../programs/small.ts";

const model = smallModel({ architecture: "encoder", hidden: 32, heads: 4, feedForward: 128, layers: 3 });

test("the generator is a share of the model's width, with as many layers (Clark et al. 2020, appendix A)", () => {
  expect(generatorSizes({ hidden: 256, heads: 4, feedForward: 1024 }, 0.25)).toEqual({ hidden: 64, heads: 1, feedForward: 256 });
  expect(generatorSizes({ hidden: 768, heads: 12, feedForward: 3072 }, 1 / 3)).toEqual({ hidden: 256, heads: 4, feedForward: 1024 });
  expect(generatorOf(model, 0.25)).toMatchObject({ hidden: 8, heads: 1, feedForward: 32, layers: 3, targets: model.targets });
});

test("it has the model's embeddings and everything else of its own", () => {
  const own = generatorParameters(model, 0.25);
  const names = own.map(({ name }) => name);
  expect(names.every((name) => name.startsWith("generator."))).toBe(true);
  expect(names).not.toContain("generator.embeddings.tokens");
  expect(names).not.toContain("generator.encoder.positions");
  expect(own.find(({ name }) => name === "generator.encoder.embedding_projection.weight")?.shape).toEqual([32, 8]);
  expect(own.find(({ name }) => name === "generator.prediction.transform.weight")?.shape).toEqual([8, 32]);
  expect(parametersOf(generatorOf(model, 0.25)).length - own.length).toBe(2);
});

test("in a model with gates, the layer before the generator's projection is gated as well", () => {
  const gated = { ...model, activation: "swiglu" as const };
  const transform = generatorParameters(gated, 0.25).find(({ name }) => name === "generator.prediction.transform.weight");
  expect(transform?.shape).toEqual([8, 2 * 32]);
  const cost = pretrainCost({ model: gated, objective: objectives.replaced_token, batch: 2, accumulate: 1, optimizer }, 1);
  expect(cost.flopsPerStep).toBeGreaterThan(0);
});
