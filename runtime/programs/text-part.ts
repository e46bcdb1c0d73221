import { add, matMul, mul, reshape, sum, type Tensor } from "@tensorflow/tfjs-core";
import type { LossKind } from "#runtime/contract/learning-point.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { TokenLossSettings } from "#runtime/contract/spec.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { dropoutPlaces, encode, type Forward, transformer } from "#runtime/models/transformer.ts";
import { type Layout, predictsInPlace } from "#runtime/objectives/objective.ts";
import type { TensorSpec, Tensors } from "#runtime/trace/function.ts";
import { auxiliaryLossOf } from "./auxiliary/auxiliary-table.ts";
import { float, int } from "./inputs.ts";
import { sequencesOf, sideInputs } from "./sequence.ts";
import { predictingStates, type TokenLosses, tokenLosses } from "./token-losses.ts";

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
  kind: LossKind;
}

/** The layouts of a part; the first one counts its predictions. */
export function termsOf({ predicted, auxiliary }: Layout): Term[] {
  const loss = auxiliary && auxiliaryLossOf(auxiliary);
  const kind = loss?.kinds.tokens ?? "tokens";
  const tokens: Term[] = predicted > 0 ? [{ losses: "losses", weights: "weights", factor: 1, kind }] : [];
  if (!auxiliary || !loss) return tokens;
  const { name, factor, kinds } = loss;
  return [...tokens, { losses: `${name}_losses`, weights: `${name}_weights`, factor: factor(auxiliary), kind: kinds.own }];
}

/** Shapes of a batch's arrays (see `assembleBatch`) and of its noise. */
export function textInputs({ batch, model }: { batch: number; model: ResolvedModel }, { layout }: TextPart): TensorSpec[] {
  const { context, decoderContext, predicted, visibility, auxiliary } = layout;
  const rows = batch * rowsOf(layout);
  const count = batch * predicted;
  return [
    ...sideInputs(model, "", rows, context),
    ...(visibility === "prefix" ? [int("prefix", [rows, context])] : []),
    ...(decoderContext > 0 ? sideInputs(model, "decoder_", rows, decoderContext) : []),
    ...(predicted > 0 && !predictsInPlace(layout) ? [int("predict", [count])] : []),
    ...(predicted > 0 ? [int("targets", [count]), float("weights", [count])] : []),
    ...(auxiliary ? auxiliaryLossOf(auxiliary).inputs({ model, batch, layout, auxiliary }) : []),
  ];
}

/** What evaluation does not read. */
export function onlyForTraining({ layout }: TextPart): string[] {
  return termsOf(layout).map(({ weights }) => weights);
}

export function textDropoutPlaces(
  { batch, model }: { batch: number; model: ResolvedModel },
  { layout }: TextPart,
): { name: string; shape: number[] }[] {
  const { auxiliary } = layout;
  const places = dropoutPlaces(model, batch * rowsOf(layout), layout.context, layout.decoderContext);
  const added = auxiliary && auxiliaryLossOf(auxiliary).dropoutPlaces?.({ model, batch, layout, auxiliary });
  return [...places, ...(added ?? [])];
}

/** Weights that a part adds to the model's. */
export function textParameters(model: ResolvedModel, { name, layout }: TextPart): Parameter[] {
  const { auxiliary } = layout;
  return auxiliary ? auxiliaryLossOf(auxiliary).parameters(model, { name, layout, auxiliary }) : [];
}

/** Σ of factor × weightsᵢ lossᵢ over the terms. */
export function textLoss(forward: Forward, part: TextPart, inputs: Tensors, settings: TokenLossSettings): Tensor {
  const { tokens, others } = computed(forward, part, inputs);
  const parts = termsOf(part.layout).map(({ losses: name, weights, factor }) => {
    const given = inputs[weights]!;
    const loss = name === "losses" ? tokens!.loss(given, settings) : sum(mul(others[name]!, given));
    return factor === 1 ? loss : mul(loss, factor);
  });
  return parts.reduce((total, next) => add(total, next));
}

/** Losses of each term, item by item, and the right answers that the program drew itself. */
export function textLosses(forward: Forward, part: TextPart, inputs: Tensors): Tensors {
  const { tokens, others, answers } = computed(forward, part, inputs);
  return { ...(tokens ? { losses: tokens.each() } : {}), ...others, ...answers };
}

/** Mean of the last hidden states of each row's text, (rows, C): of the encoder where there is one. `textWeights`: (rows, 1, T). */
export function textStates(forward: Forward, { layout }: TextPart, inputs: Tensors): Tensor {
  const { input, target } = sequencesOf(inputs, layout);
  const states = target ? encode(forward, input) : transformer(forward, input);
  const weights = inputs[textWeights]!;
  const [rows, , length] = weights.shape as [number, number, number];
  return reshape(matMul(weights, reshape(states, [rows, length, forward.model.hidden])), [rows, forward.model.hidden]);
}

/** Input of `textStates`. */
export const textWeights = "text_weights";

/** What `textStates` reads. */
export function textStateInputs(shape: { batch: number; model: ResolvedModel }, part: TextPart): TensorSpec[] {
  const rows = shape.batch * rowsOf(part.layout);
  const read = ["tokens", "positions", "segments", "prefix", "types"];
  return [...textInputs(shape, part).filter(({ name }) => read.includes(name)), float(textWeights, [rows, 1, part.layout.context])];
}

/** Rows that one sequence takes. */
function rowsOf({ auxiliary }: Layout): number {
  return auxiliary ? auxiliaryLossOf(auxiliary).rows : 1;
}

function computed(
  forward: Forward,
  { name, layout }: TextPart,
  inputs: Tensors,
): { tokens?: TokenLosses; others: Tensors; answers: Tensors } {
  const { auxiliary } = layout;
  if (!auxiliary) return { tokens: tokenLosses(forward, predictingStates(forward, layout, inputs), inputs), others: {}, answers: {} };
  const loss = auxiliaryLossOf(auxiliary);
  const { own, answers, ...tokens } = loss.losses(forward, { name, layout, auxiliary }, inputs);
  return { ...tokens, others: { [`${loss.name}_losses`]: own }, answers: answers ? { [`${loss.name}_answers`]: answers } : {} };
}
