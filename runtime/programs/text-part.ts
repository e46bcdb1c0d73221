import { add, gather, matMul, mul, reshape, split, sum, type Tensor, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "../contract/plan.ts";
import { linear } from "../models/linear.ts";
import { contrast } from "../models/operations/contrast.ts";
import { classLosses, negativeLogLikelihood, projectedCrossEntropy } from "../models/operations/cross-entropy.ts";
import { headParameters, type Parameter } from "../models/parameters.ts";
import { dropoutPlaces, type Forward, predictionStates, type Sequence, transformer, vocabularyProjection } from "../models/transformer.ts";
import type { AlsoComputed, Layout } from "../objectives/objective.ts";
import type { TensorSpec, Tensors } from "../trace/function.ts";
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
    case "views":
      return [{ losses: "contrast_losses", weights: "contrast_weights", factor: 1 }];
  }
}

/** Rows that one sequence takes. */
function rowsOf({ also }: Layout): number {
  return also?.kind === "views" ? 2 : 1;
}

/** Shapes of a batch's arrays (see `assembleBatch`) and of its noise. */
export function textInputs({ batch }: { batch: number }, { layout }: TextPart): TensorSpec[] {
  const { context, decoderContext, predicted, prefix, also } = layout;
  const rows = batch * rowsOf(layout);
  const side = (name: string, length: number) => ["tokens", "positions", "segments"].map((row) => int(`${name}${row}`, [rows, length]));
  const count = batch * predicted;
  return [
    ...side("", context),
    ...(prefix ? [int("prefix", [rows, context])] : []),
    ...(decoderContext > 0 ? side("decoder_", decoderContext) : []),
    ...(predicted > 0 ? [int("predict", [count]), int("targets", [count]), float("weights", [count])] : []),
    ...alsoInputs(also, batch, layout),
  ];
}

function alsoInputs(also: AlsoComputed | undefined, batch: number, { context }: Layout): TensorSpec[] {
  switch (also?.kind) {
    case undefined:
      return [];
    case "pairs": {
      const pairs = [batch * also.slots];
      return [int("pair_positions", pairs), int("pair_labels", pairs), float("pair_weights", pairs)];
    }
    case "views":
      return [
        float("pool", [2 * batch, also.slots, context]),
        float("present", [batch * also.slots]),
        float("contrast_weights", [batch * also.slots]),
      ];
  }
}

/** What evaluation does not read. */
export function onlyForTraining({ layout }: TextPart): string[] {
  return termsOf(layout).map(({ weights }) => weights);
}

export function textDropoutPlaces(
  { batch, model }: { batch: number; model: ResolvedModel },
  { layout }: TextPart,
): { name: string; shape: number[] }[] {
  return dropoutPlaces(model, batch * rowsOf(layout), layout.context, layout.decoderContext);
}

/** Weights that a part adds to the model's. */
export function textParameters(model: ResolvedModel, { name, layout: { also } }: TextPart): Parameter[] {
  return also?.kind === "pairs" ? headParameters(model, pairHead(name), 2) : [];
}

const pairHead = (part: string) => `${part}.pairs`;

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
  const target = decoderContext > 0 ? sequence(inputs, "decoder_") : undefined;
  const states = transformer(forward, sequence(inputs, ""), target);
  const tokens = tokenLosses(forward, states, inputs);
  return { tokens, others: also?.kind === "pairs" ? { pair_losses: pairLosses(forward, part, states, inputs) } : {} };
}

/** Of hidden states (B × T, C) at the positions that predict. */
function tokenLosses(forward: Forward, states: Tensor, inputs: Tensors): TokenLosses {
  const predicting = predictionStates(forward, gather(states as Tensor2D, inputs.predict as Tensor1D));
  const projection = vocabularyProjection(forward);
  return {
    loss: (weights) => projectedCrossEntropy(predicting, projection, inputs.targets!, weights),
    each: () => negativeLogLikelihood(predicting, projection, inputs.targets!),
  };
}

/** A linear layer on the first hidden state of each pair (Devlin et al. 2019, section 3.1). */
function pairLosses({ parameters }: Forward, { name }: TextPart, states: Tensor, inputs: Tensors): Tensor {
  const first = gather(states as Tensor2D, inputs.pair_positions as Tensor1D);
  return classLosses(linear(parameters, `heads.${pairHead(name)}`, first), inputs.pair_labels!);
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
