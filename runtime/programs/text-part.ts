import { add, mul, sum, type Tensor } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { dropoutPlaces, type Forward } from "#runtime/models/transformer.ts";
import { type Layout, predictsInPlace } from "#runtime/objectives/objective.ts";
import type { TensorSpec, Tensors } from "#runtime/trace/function.ts";
import { auxiliaryLossOf } from "./auxiliary/auxiliary-table.ts";
import { float, int } from "./inputs.ts";
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
}

/** The layouts of a part; the first one counts its predictions. */
export function termsOf({ predicted, auxiliary }: Layout): Term[] {
  const tokens: Term[] = predicted > 0 ? [{ losses: "losses", weights: "weights", factor: 1 }] : [];
  if (!auxiliary) return tokens;
  const { name, factor } = auxiliaryLossOf(auxiliary);
  return [...tokens, { losses: `${name}_losses`, weights: `${name}_weights`, factor: factor(auxiliary) }];
}

/** Shapes of a batch's arrays (see `assembleBatch`) and of its noise. */
export function textInputs({ batch, model }: { batch: number; model: ResolvedModel }, { layout }: TextPart): TensorSpec[] {
  const { context, decoderContext, predicted, visibility, auxiliary } = layout;
  const rows = batch * rowsOf(layout);
  const side = (name: string, length: number) => ["tokens", "positions", "segments"].map((row) => int(`${name}${row}`, [rows, length]));
  const count = batch * predicted;
  return [
    ...side("", context),
    ...(visibility === "prefix" ? [int("prefix", [rows, context])] : []),
    ...(decoderContext > 0 ? side("decoder_", decoderContext) : []),
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
export function textLoss(forward: Forward, part: TextPart, inputs: Tensors): Tensor {
  const { tokens, others } = computed(forward, part, inputs);
  const parts = termsOf(part.layout).map(({ losses: name, weights, factor }) => {
    const given = inputs[weights]!;
    const loss = name === "losses" ? tokens!.loss(given) : sum(mul(others[name]!, given));
    return factor === 1 ? loss : mul(loss, factor);
  });
  return parts.reduce((total, next) => add(total, next));
}

/** Losses of each term, item by item. */
export function textLosses(forward: Forward, part: TextPart, inputs: Tensors): Tensors {
  const { tokens, others } = computed(forward, part, inputs);
  return tokens ? { losses: tokens.each(), ...others } : others;
}

/** Rows that one sequence takes. */
function rowsOf({ auxiliary }: Layout): number {
  return auxiliary ? auxiliaryLossOf(auxiliary).rows : 1;
}

function computed(forward: Forward, { name, layout }: TextPart, inputs: Tensors): { tokens?: TokenLosses; others: Tensors } {
  const { auxiliary } = layout;
  if (!auxiliary) return { tokens: tokenLosses(forward, predictingStates(forward, layout, inputs), inputs), others: {} };
  const loss = auxiliaryLossOf(auxiliary);
  const { own, ...tokens } = loss.losses(forward, { name, layout, auxiliary }, inputs);
  return { ...tokens, others: { [`${loss.name}_losses`]: own } };
}
