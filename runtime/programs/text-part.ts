import {
  add,
  argMax,
  cast,
  concat,
  equal,
  gather,
  log,
  matMul,
  mul,
  neg,
  reshape,
  split,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { choicesOf } from "#runtime/models/choices.ts";
import { generatorOf, generatorParameters, generatorPlace, generatorsOwn } from "#runtime/models/generator.ts";
import { pooled } from "#runtime/models/head.ts";
import { linear } from "#runtime/models/linear.ts";
import { contrast } from "#runtime/models/operations/contrast.ts";
import {
  binaryLosses,
  classLosses,
  negativeLogLikelihood,
  project,
  projectedCrossEntropy,
} from "#runtime/models/operations/cross-entropy.ts";
import { gelu } from "#runtime/models/operations/gelu.ts";
import { detached } from "#runtime/models/operations/kernel.ts";
import { headParameters, type Parameter } from "#runtime/models/parameters.ts";
import {
  dropoutPlaces,
  type Forward,
  predictionStates,
  type Sequence,
  transformer,
  vocabularyProjection,
} from "#runtime/models/transformer.ts";
import { type AlsoComputed, type Layout, predictsInPlace } from "#runtime/objectives/objective.ts";
import type { TensorSpec, Tensors } from "#runtime/trace/function.ts";
import { float, int } from "./inputs.ts";

/** A kind of batch made of raw text. */
export interface TextPart {
  kind: "text";
  name: string;
  layout: Layout;
}

/** One of the losses whose weighted sum a part's loss is: the names of its arrays, and its factor. */
export interface Term {
  losses: string;
  weights: string;
  factor: number;
}

/** Of a part's layout; the first is the one that its predictions are counted by. */
export function termsOf({ predicted, also }: Layout): Term[] {
  const tokens: Term[] = predicted > 0 ? [{ losses: "losses", weights: "weights", factor: 1 }] : [];
  switch (also?.kind) {
    case undefined:
      return tokens;
    case "pairs":
      return [...tokens, { losses: "pair_losses", weights: "pair_weights", factor: 1 }];
    case "replaced":
      return [...tokens, { losses: "detection_losses", weights: "detection_weights", factor: also.weight }];
    case "views":
      return [{ losses: "contrast_losses", weights: "contrast_weights", factor: 1 }];
  }
}

/** Rows that one sequence takes. */
function rowsOf({ also }: Layout): number {
  return also?.kind === "views" ? 2 : 1;
}

/** Shapes of a batch's arrays (see `assembleBatch`) and of its noise. */
export function textInputs({ batch, model }: { batch: number; model: ResolvedModel }, { layout }: TextPart): TensorSpec[] {
  const { context, decoderContext, predicted, prefix, also } = layout;
  const rows = batch * rowsOf(layout);
  const side = (name: string, length: number) => ["tokens", "positions", "segments"].map((row) => int(`${name}${row}`, [rows, length]));
  const count = batch * predicted;
  return [
    ...side("", context),
    ...(prefix ? [int("prefix", [rows, context])] : []),
    ...(decoderContext > 0 ? side("decoder_", decoderContext) : []),
    ...(predicted > 0 && !predictsInPlace(layout) ? [int("predict", [count])] : []),
    ...(predicted > 0 ? [int("targets", [count]), float("weights", [count])] : []),
    ...alsoInputs(also, model, batch, layout),
  ];
}

function alsoInputs(also: AlsoComputed | undefined, model: ResolvedModel, batch: number, { context, predicted }: Layout): TensorSpec[] {
  switch (also?.kind) {
    case undefined:
      return [];
    case "pairs": {
      const pairs = [batch * also.slots];
      const types = choicesOf(model).tokenTypes > 0 ? [int("types", [batch, context])] : [];
      return [...types, int("pair_positions", pairs), int("pair_labels", pairs), float("pair_weights", pairs)];
    }
    case "replaced": {
      const positions = [batch * context];
      return [
        int("originals", positions),
        int("filled", positions),
        float("detection_weights", positions),
        float(samplingNoise, [batch * predicted, model.vocabulary]),
      ];
    }
    case "views":
      return [
        float("pool", [2 * batch, also.slots, context]),
        float("present", [batch * also.slots]),
        float("contrast_weights", [batch * also.slots]),
      ];
  }
}

/** Uniform numbers above 0 and below 1 that the generator's samples are drawn by; not part of a batch's arrays. */
export const samplingNoise = "sampling_noise";

/** What evaluation does not read. */
export function onlyForTraining({ layout }: TextPart): string[] {
  return termsOf(layout).map(({ weights }) => weights);
}

export function textDropoutPlaces(
  { batch, model }: { batch: number; model: ResolvedModel },
  { layout }: TextPart,
): { name: string; shape: number[] }[] {
  const places = dropoutPlaces(model, batch * rowsOf(layout), layout.context, layout.decoderContext);
  if (layout.also?.kind !== "replaced") return places;
  const generator = dropoutPlaces(generatorOf(model, layout.also.generator), batch, layout.context, 0);
  return [...places, ...generator.map(({ name, shape }) => ({ name: generatorPlace(name), shape }))];
}

/** Weights that a part adds to the model's. */
export function textParameters(model: ResolvedModel, { name, layout: { also } }: TextPart): Parameter[] {
  if (also?.kind === "pairs") return headParameters(model, pairHead(name), 2);
  if (also?.kind !== "replaced") return [];
  return [
    ...generatorParameters(model, also.generator),
    ...headParameters(model, detectionLayer(name), model.hidden),
    ...headParameters(model, detectionHead(name), 1),
  ];
}

const pairHead = (part: string) => `${part}.pairs`;
export const detectionLayer = (part: string) => `${part}.detection.layer`;
export const detectionHead = (part: string) => `${part}.detection`;

/** Σ of factor × weightsᵢ lossᵢ over the terms. */
export function textLoss(forward: Forward, part: TextPart, inputs: Tensors): Tensor {
  const { layout } = part;
  const losses = computed(forward, part, inputs);
  const parts = termsOf(layout).map(({ losses: name, weights, factor }) => {
    const given = inputs[weights]!;
    const loss = name === "losses" ? losses.tokens!.loss(given) : sum(mul(losses.others[name]!, given));
    return factor === 1 ? loss : mul(loss, factor);
  });
  return parts.reduce((total, next) => add(total, next));
}

/** Losses of each term, item by item. */
export function textLosses(forward: Forward, part: TextPart, inputs: Tensors): Tensors {
  const { tokens, others } = computed(forward, part, inputs);
  return tokens ? { losses: tokens.each(), ...others } : others;
}

interface Computed {
  tokens?: TokenLosses;
  others: Tensors;
}

/** Of the predicted tokens: weighted sum, or one by one. */
interface TokenLosses {
  loss(weights: Tensor): Tensor;
  each(): Tensor;
}

function computed(forward: Forward, part: TextPart, inputs: Tensors): Computed {
  const { also, decoderContext } = part.layout;
  if (also?.kind === "views") return { others: { contrast_losses: viewLosses(forward, also, inputs) } };
  if (also?.kind === "replaced") return replacedLosses(forward, part, also, inputs);
  if (!also) return { tokens: tokenLosses(forward, predictingStates(forward, part.layout, inputs), inputs), others: {} };
  const states = transformer(forward, sequence(inputs, ""), decoderContext > 0 ? sequence(inputs, "decoder_") : undefined);
  const tokens = tokenLosses(forward, gather(states as Tensor2D, inputs.predict as Tensor1D), inputs);
  return { tokens, others: { pair_losses: pairLosses(forward, part, states, inputs) } };
}

/**
 * Hidden states (P, C) where something is predicted. Where that is at few positions, the last block computes what only a position
 * itself reads for these alone.
 */
function predictingStates(forward: Forward, layout: Layout, inputs: Tensors): Tensor {
  const { context, decoderContext, predicted } = layout;
  const few = predicted < (decoderContext || context) / 2;
  const wanted = few ? { wanted: inputs.predict! } : {};
  const [input, target] = [sequence(inputs, ""), decoderContext > 0 ? { ...sequence(inputs, "decoder_"), ...wanted } : undefined];
  const states = transformer(forward, target ? input : { ...input, ...wanted }, target);
  return few || predictsInPlace(layout) ? states : gather(states as Tensor2D, inputs.predict as Tensor1D);
}

/** Of hidden states (P, C) at the positions that predict. */
function tokenLosses(forward: Forward, states: Tensor, inputs: Tensors): TokenLosses & { logits(): Tensor } {
  const predicting = predictionStates(forward, states);
  const projection = vocabularyProjection(forward);
  return {
    loss: (weights) => projectedCrossEntropy(predicting, projection, inputs.targets!, weights),
    each: () => negativeLogLikelihood(predicting, projection, inputs.targets!),
    logits: () => project(predicting, projection),
  };
}

/** The pooler and a linear layer on the first hidden state of each pair (Devlin et al. 2019, section 3.1 and released code). */
function pairLosses(forward: Forward, { name }: TextPart, states: Tensor, inputs: Tensors): Tensor {
  const first = gather(states as Tensor2D, inputs.pair_positions as Tensor1D);
  return classLosses(linear(forward.parameters, `heads.${pairHead(name)}`, pooled(forward, first)), inputs.pair_labels!);
}

/**
 * Clark et al. 2020, section 2: the generator predicts the masked tokens, its samples take their places, and a head tells of
 * every position whether it is another token than the text's. No gradient passes through the samples. Samples are drawn by
 * Gumbel's trick (Maddison et al. 2014, section 2) from noise that is given, so that every engine draws the same ones.
 */
function replacedLosses(
  forward: Forward,
  { name, layout }: TextPart,
  also: Extract<AlsoComputed, { kind: "replaced" }>,
  inputs: Tensors,
): Computed {
  const { model, parameters, dropout } = forward;
  const generator: Forward = {
    model: generatorOf(model, also.generator),
    parameters: generatorsOwn(parameters),
    dropout: { rate: dropout.rate, masks: generatorsOwn(dropout.masks) },
  };
  const input = sequence(inputs, "");
  const tokens = tokenLosses(generator, predictingStates(generator, layout, inputs), inputs);
  const samples = detached(() => argMax(add(tokens.logits(), neg(log(neg(log(inputs[samplingNoise]!))))), -1));
  const [rows, context] = [input.tokens.shape[0] as number, layout.context];
  const given = concat([reshape(input.tokens, [rows * context]), samples]);
  const filled = gather(given as Tensor1D, inputs.filled as Tensor1D);
  const replaced = sub(1, cast(equal(filled, inputs.originals!), "float32"));
  const states = transformer(forward, { ...input, tokens: reshape(filled, [rows, context]) });
  const layer = gelu(linear(parameters, `heads.${detectionLayer(name)}`, states));
  const logits = reshape(linear(parameters, `heads.${detectionHead(name)}`, layer), [rows * context]);
  return { tokens, others: { detection_losses: binaryLosses(logits, replaced) } };
}

function viewLosses(forward: Forward, also: Extract<AlsoComputed, { kind: "views" }>, inputs: Tensors): Tensor {
  const { hidden } = forward.model;
  const states = transformer(forward, sequence(inputs, ""));
  const [rows, slots, length] = inputs.pool!.shape as [number, number, number];
  const texts = reshape(matMul(inputs.pool!, reshape(states, [rows, length, hidden])), [rows * slots, hidden]) as Tensor2D;
  const [one, other] = split(texts, 2) as [Tensor, Tensor];
  return contrast(one, other, inputs.present!, also.temperature);
}

export function sequence(inputs: Tensors, prefix: "" | "decoder_"): Sequence {
  const own = prefix === "" ? { prefix: inputs.prefix, types: inputs.types } : {};
  const given = Object.entries(own).filter(([, tensor]) => tensor !== undefined);
  return {
    tokens: inputs[`${prefix}tokens`]!,
    positions: inputs[`${prefix}positions`]!,
    segments: inputs[`${prefix}segments`]!,
    ...Object.fromEntries(given),
  };
}
