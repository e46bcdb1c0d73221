import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { completeTokenModel, withSizes } from "#runtime/contract/model-choices.ts";
import { type ModelFamily, modelFamilies } from "#runtime/contract/spec.ts";
import { familyOf } from "#runtime/models/families/as-family.ts";
import { configOf } from "#runtime/models/families/config.ts";
import { declaredModel } from "#runtime/models/families/declared.ts";
import { families } from "#runtime/models/families/family-table.ts";
import { initialValues, type Parameter, parametersOf } from "#runtime/models/parameters.ts";
import { folderOf } from "./folders.ts";

/** Models that Transformers built from sizes alone. */
const builtByTransformers: Record<ModelFamily, string> = {
  bert: "bert-masked-lm",
  roberta: "roberta-masked-lm",
  distilbert: "distilbert-masked-lm",
  electra: "electra-masked-lm",
  gpt2: "gpt2-lm",
  llama: "llama-lm",
  t5: "t5-conditional",
  "t5-v1_1": "t5v1.1-conditional",
  bart: "bart-conditional",
};
const sizes = { layers: 2, hidden: 32, heads: 4, feedForward: 64, context: 24, vocabulary: 96, dropout: 0.1 };

describe.each(modelFamilies)("%s by its sizes", (name) => {
  test("is the model that Transformers builds from them", () => {
    const config = JSON.parse(readFileSync(join(folderOf(builtByTransformers[name]), "config.json"), "utf8")) as Record<string, unknown>;
    const hasProjection = name === "llama" || name === "t5-v1_1";
    const read = families[config.model_type as keyof typeof families].read(configOf(config, name), (tensor) =>
      tensor === "lm_head.weight" ? hasProjection : false,
    );
    const theirs = completeTokenModel(read);
    const { vocabulary } = theirs.input;
    // the one that was built ties them, though its authors' do not
    const scale = name === "t5-v1_1" ? { projectionScale: 1 } : {};
    // sizes as well, which cannot be chosen yet
    const embeddings = name === "electra" ? { embeddingWidth: 32 } : {};
    expect(declaredModel(name, { ...theirs, vocabulary })).toEqual({ ...theirs, ...scale, ...embeddings });
  });

  test("can be exported as its family", () => {
    const { family, model } = familyOf(declaredModel(name, sizes));
    // a RoBERTa tells itself from a BERT by its positions, an ELECTRA by its classifiers alone
    if (name !== "electra") expect(family.type).toBe(name === "t5-v1_1" ? "t5" : name);
    expect(model).toMatchObject({ layers: 2, hidden: 32, heads: 4, feedForward: 64, input: { vocabulary: 96 } });
  });

  test("is built from any sizes; heads that do not divide the width are reported at their declaration", () => {
    expect(declaredModel(name, { ...sizes, hidden: 30 })).toMatchObject({ hidden: 30, heads: 4 });
  });

  test("is found again at other sizes, on both sides", () => {
    const larger = withSizes(declaredModel(name, sizes), { layers: 3 });
    expect(larger).toEqual(declaredModel(name, { ...sizes, layers: 3 }));
  });
});

test("T5 starts with its authors' deviations", () => {
  const model = declaredModel("t5", { ...sizes, hidden: 128, feedForward: 512 });
  const deviationOf = (name: string, columns?: [number, number]) => {
    const parameter = parametersOf(model).find((each) => each.name === name) as Parameter;
    const width = parameter.shape.at(-1)!;
    const values = initialValues(parameter, 1).filter((_, i) => !columns || (i % width >= columns[0] && i % width < columns[1]));
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  };
  // Transformers, T5PreTrainedModel._init_weights, with factor 1
  const expected: [number, string, [number, number]?][] = [
    [1, "embeddings.tokens"],
    [(128 * 32) ** -0.5, "encoder.layers.0.attention.query_key_value.weight", [0, 128]],
    [128 ** -0.5, "encoder.layers.0.attention.query_key_value.weight", [128, 384]],
    [(128 * 32) ** -0.5, "decoder.layers.1.cross_attention.query.weight"],
    [128 ** -0.5, "decoder.layers.1.cross_attention.key_value.weight"],
    [128 ** -0.5, "encoder.layers.0.attention.output.weight"],
    [128 ** -0.5, "encoder.layers.0.feed_forward.input.weight"],
    [512 ** -0.5, "encoder.layers.0.feed_forward.output.weight"],
  ];
  // the standard error of a deviation of 12,288 numbers is 0.6%
  for (const [deviation, name, columns] of expected) expect(deviationOf(name, columns) / deviation).toBeCloseTo(1, 1);
});
