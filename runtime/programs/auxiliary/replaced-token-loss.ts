import { add, argMax, cast, concat, equal, gather, log, neg, reshape, sub, type Tensor1D } from "@tensorflow/tfjs-core";
import { generatorOf, generatorParameters, generatorPlace, generatorsOwn } from "#runtime/models/generator.ts";
import { linear } from "#runtime/models/linear.ts";
import { binaryLosses } from "#runtime/models/operations/cross-entropy.ts";
import { gelu } from "#runtime/models/operations/gelu.ts";
import { detached } from "#runtime/models/operations/kernel.ts";
import { headParameters } from "#runtime/models/parameters.ts";
import { dropoutPlaces, type Forward, transformer } from "#runtime/models/transformer.ts";
import type { Auxiliary } from "#runtime/objectives/objective.ts";
import { float, int, samplingNoise } from "../inputs.ts";
import { sequencesOf } from "../sequence.ts";
import { predictingStates, tokenLosses } from "../token-losses.ts";
import type { AuxiliaryLoss } from "./auxiliary-loss.ts";

/**
 * Clark et al. 2020, section 2: the generator predicts the masked tokens, its samples take their places, and a head tells of
 * every position whether it is another token than the text's. No gradient passes through the samples. Samples are drawn by
 * Gumbel's trick (Maddison et al. 2014, section 2) from noise that is given, so that every engine draws the same ones. In a batch
 * [B × T]: `originals`, `filled` (for each position its place in the tokens followed by the predictions), `detection_weights`.
 */
export const replacedTokenLoss: AuxiliaryLoss<Extract<Auxiliary, { kind: "replaced_tokens" }>> = {
  name: "detection",
  kinds: { tokens: "generator", own: "discriminator" },
  rows: 1,
  pooler: false,
  tokenPrediction: "lost",
  factor: ({ weight }) => weight,

  inputs({ model, batch, layout: { context, predicted } }) {
    const positions = [batch * context];
    return [
      int("originals", positions),
      int("filled", positions),
      float("detection_weights", positions),
      float(samplingNoise, [batch * predicted, model.targets.classes]),
    ];
  },

  parameters: (model, { name, auxiliary }) => [
    ...generatorParameters(model, auxiliary.generator),
    ...headParameters(model, detectionLayer(name), model.hidden),
    ...headParameters(model, detectionHead(name), 1),
  ],

  dropoutPlaces({ model, batch, layout, auxiliary }) {
    const places = dropoutPlaces(generatorOf(model, auxiliary.generator), batch, layout.context, 0);
    return places.map(({ name, shape }) => ({ name: generatorPlace(name), shape }));
  },

  losses(forward, { name, layout, auxiliary }, inputs) {
    const { model, parameters, dropout } = forward;
    const generator: Forward = {
      model: generatorOf(model, auxiliary.generator),
      parameters: generatorsOwn(parameters),
      dropout: { rate: dropout.rate, masks: generatorsOwn(dropout.masks) },
    };
    const { input } = sequencesOf(inputs, layout);
    const predictions = tokenLosses(generator, predictingStates(generator, layout, inputs), inputs);
    const samples = detached(() => argMax(add(predictions.logits(), neg(log(neg(log(inputs[samplingNoise]!))))), -1));
    const tokens = input.arrays.tokens!;
    const [rows, context] = [tokens.shape[0] as number, layout.context];
    const given = concat([reshape(tokens, [rows * context]), samples]);
    const filled = gather(given as Tensor1D, inputs.filled as Tensor1D);
    const replaced = sub(1, cast(equal(filled, inputs.originals!), "float32"));
    const states = transformer(forward, { ...input, arrays: { ...input.arrays, tokens: reshape(filled, [rows, context]) } });
    const layer = gelu(linear(parameters, `heads.${detectionLayer(name)}`, states));
    const logits = reshape(linear(parameters, `heads.${detectionHead(name)}`, layer), [rows * context]);
    return { tokens: predictions, own: binaryLosses(logits, replaced), answers: replaced };
  },

  answers: (_arrays, { detection_answers }) => detection_answers!,

  fill({ arrays: { tokens, segments, predict, targets }, predictions }) {
    const [originals, filled] = [Int32Array.from(tokens!), Int32Array.from(tokens!.keys())];
    for (let i = 0; i < predictions; i++) {
      originals[predict![i]!] = targets![i]!;
      filled[predict![i]!] = tokens!.length + i;
    }
    return { originals, filled, detection_weights: Float32Array.from(segments!, (segment) => (segment > 0 ? 1 : 0)) };
  },
};

export const detectionLayer = (part: string) => `${part}.detection.layer`;
export const detectionHead = (part: string) => `${part}.detection`;
