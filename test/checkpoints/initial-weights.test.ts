import { describe, expect, test } from "vitest";
import { pretrainContent } from "#runtime/compile/fingerprint.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import { type ModelFamily, modelFamilies } from "#runtime/contract/spec.ts";
import { declaredModel } from "#runtime/models/families/declared.ts";
import { generatorParameters } from "#runtime/models/generator.ts";
import { initialValues, type Parameter, parametersOf, poolerParameters } from "#runtime/models/parameters.ts";
import { smallModel } from "../programs/small.ts";

const sizes = { layers: 6, hidden: 64, heads: 4, feedForward: 256, context: 64, vocabulary: 300, dropout: 0.1 };
const [width, headWidth] = [64, 16];

/** Transformers' `_init_weights` of T5, with factor 1. */
function t5Deviation({ name, shape }: Parameter): number | number[] {
  if (name === "embeddings.tokens" || name === "projection.weight") return 1;
  if (name.endsWith(".relative")) return width ** -0.5;
  const queries = (width * headWidth) ** -0.5;
  const others = width ** -0.5;
  if (name.includes("attention.query_key_value")) return [queries, others, others];
  return name.includes("attention.query") ? queries : shape[0]! ** -0.5;
}

/** The deviation of the other weights: `initializer_range` or `init_std`, 0.02, and GPT-2's `c_proj` by the root of twice its layers. */
function deviationOf(family: ModelFamily, parameter: Parameter): number | number[] {
  if (family.startsWith("t5")) return t5Deviation(parameter);
  return family === "gpt2" && /\.output\.weight$/.test(parameter.name) ? 0.02 / Math.sqrt(2 * sizes.layers) : 0.02;
}

const root = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** Deviations of equal blocks of columns. */
function deviations(parameter: Parameter, blocks: number): number[] {
  const columns = parameter.shape.at(-1)!;
  const values = initialValues(parameter, 1);
  const block = (i: number) => Math.floor(((i % columns) * blocks) / columns);
  return Array.from({ length: blocks }, (_, own) => root(values.filter((value, i) => block(i) === own && value !== 0)));
}

describe.each(modelFamilies)("%s starts as Transformers draws it", (family) => {
  const model = declaredModel(family, sizes, 3);
  const parameters = [
    ...parametersOf(model),
    ...poolerParameters(model),
    ...(family === "electra" ? generatorParameters(model, 0.25) : []),
  ];

  test.each(parameters.filter(({ shape }) => shape.length === 2).map((parameter) => [parameter.name, parameter] as const))(
    "%s",
    (name, parameter) => {
      const expected = [name.startsWith("pooler") ? 0.02 : deviationOf(family, parameter)].flat();
      const count = sizeOf(parameter.shape) / expected.length;
      for (const [i, found] of deviations(parameter, expected.length).entries()) {
        // six standard errors of a deviation
        expect(Math.abs(found / expected[i]! - 1)).toBeLessThan(6 / Math.sqrt(2 * count));
      }
    },
  );

  test("norms at 1, biases at 0, and the row of padding where Transformers names one", () => {
    for (const parameter of parameters.filter(({ shape }) => shape.length === 1)) {
      const values = initialValues(parameter, 1);
      expect(new Set(values)).toEqual(new Set([parameter.name.endsWith(".scale") ? 1 : 0]));
    }
    const rows = initialValues(parameters[0]!, 1);
    const zero = Array.from({ length: sizes.vocabulary }, (_, row) => row).filter(
      (row) => root(rows.subarray(row * width, (row + 1) * width)) === 0,
    );
    expect(zero).toEqual(["bert", "roberta", "distilbert", "electra", "bart"].includes(family) ? [3] : []);
  });
});

test("a model that is declared without a family keeps its rule, and its fingerprint", () => {
  const model = smallModel({ layers: 6, hidden: 64, heads: 4, feedForward: 256, vocabulary: 300 });
  const output = parametersOf(model).find(({ name }) => name.endsWith("layers.5.attention.output.weight"))!;
  expect(root(initialValues(output, 1)) / (0.02 / Math.sqrt(12))).toBeCloseTo(1, 1);
  const job = { objective: { kind: "causal" }, optimizer: {}, precision: "float32" } as unknown as PretrainJob;
  expect(JSON.stringify(pretrainContent({ ...job, model }, "encoded"))).not.toContain("initial");
  const content = pretrainContent({ ...job, model: declaredModel("bert", sizes) }, "encoded");
  expect(content).toMatchObject({ model: { initial: { branches: "plain", padding: 0 } } });
});
