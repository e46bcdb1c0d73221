import { add, engine, mul, type Tensor, tensor1d, zeros } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import type { OptimizerSpec, TokenLossSettings } from "#runtime/contract/spec.ts";
import { poolerOutput } from "#runtime/models/apply-head.ts";
import { embedderOf } from "#runtime/models/embedders/embedder-table.ts";
import { linear } from "#runtime/models/linear.ts";
import { drop } from "#runtime/models/operations/dropout.ts";
import { type Parameter, pooler as poolerName } from "#runtime/models/parameters.ts";
import { dropoutPlaces, encode, type Forward } from "#runtime/models/transformer.ts";
import type { Precision, Program, ProgramFunction, TensorSpec, Tensors } from "#runtime/trace/function.ts";
import { registerGradients } from "#runtime/trace/gradients.ts";
import { clipping } from "./clipping.ts";
import { type Group, groupParameters, keptSlices, lengthOf, pack, unpack } from "./groups.ts";
import type { HeadPart, HeadShape } from "./heads/head.ts";
import { heads } from "./heads/head-table.ts";
import { float, samplingNoise } from "./inputs.ts";
import { optimizerOf } from "./optimizers/optimizer-table.ts";
import { givenVisibility } from "./reading.ts";
import { sequence, sideInputs } from "./sequence.ts";
import {
  onlyForTraining,
  type TextPart,
  textDropoutPlaces,
  textInputs,
  textLoss,
  textLosses,
  textStateInputs,
  textStates,
} from "./text-part.ts";
import { averageFunction, averageName } from "./weight-average.ts";

/** One kind of batch that a program trains on, with static shapes. */
export type Part = TextPart | HeadPart;

export interface TrainingSettings extends TokenLossSettings {
  model: ResolvedModel;
  parts: readonly Part[];
  /** Sequences of a micro-batch. */
  batch: number;
  /** More than one micro-batch a step. */
  accumulates: boolean;
  optimizer: OptimizerSpec;
  dropout: number;
  trained: readonly Parameter[];
  frozen: readonly Parameter[];
  /** Left out: float32. */
  precision?: Precision;
  /** alpha ÷ rank of low-rank updates. */
  loraScale?: number;
  /** Groups that a batch is computed in, where not as a whole. */
  groups?: number;
  /** Decay of an average of the weights, which is evaluated and saved instead of them; left out: there is none. */
  ema?: number;
  /** The part whose texts `states` reads; left out: there is no such function. */
  watched?: TextPart;
}

export interface TrainingProgram extends Program {
  groups: readonly Group[];
}

/*
 * Functions, by part:
 *   step.PART        forward, backward, update → loss, gradient_norm
 *   accumulate.PART  forward, backward, gradients added to the state → loss
 *   evaluate.PART    forward → the losses of each term, item by item (text), answers (of a head)
 *   states           forward → `states`, the mean of the last hidden states of each text of the watched part
 *   average          the moving average of the weights, after a step
 * and `apply`: update with the accumulated gradients → gradient_norm. Where nothing is trained, `evaluate` alone.
 * The loss of a step is Σ weightsᵢ lossᵢ: the host gives weights that add up to 1 over the whole step, so that micro-batches
 * change no number.
 */
export function trainingProgram(settings: TrainingSettings): TrainingProgram {
  const groups = groupParameters(settings.trained, settings.optimizer);
  const state: TensorSpec[] = [
    ...groups.flatMap((group) => groupState(group, settings)),
    ...settings.frozen.map(({ name, shape }) => float(frozenName(name), shape)),
  ];
  // what scores minimal pairs trains nothing
  const trains = groups.length > 0;
  const functions = settings.parts.flatMap((part) => {
    const evaluate = evaluateFunction(settings, groups, part);
    if (!trains) return [evaluate];
    return [settings.accumulates ? accumulateFunction(settings, groups, part) : stepFunction(settings, groups, part), evaluate];
  });
  const { watched } = settings;
  return {
    groups,
    state,
    functions: [
      ...functions,
      ...(trains && settings.accumulates ? [applyFunction(settings, groups)] : []),
      ...(trains && settings.ema !== undefined ? [averageFunction(groups, weightsName)] : []),
      ...(watched ? [statesFunction(settings, groups, watched)] : []),
    ],
    precision: settings.precision ?? "float32",
    inGroups: (count) => trainingProgram({ ...settings, groups: count }),
  };
}

export const weightsName = (group: Group) => `weights.${group.index}`;
/** `kept`: as the optimiser names it. */
export const keptName = (group: Group, kept: string) => `${kept}.${group.index}`;
export const gradientName = (group: Group) => `gradient.${group.index}`;
export const frozenName = (parameter: string) => `frozen.${parameter}`;
export const dropoutName = (place: string) => `dropout.${place}`;

/** Shapes of a part's batch and of its noise. */
export function batchInputs(settings: Pick<TrainingSettings, "batch" | "model">, part: Part): TensorSpec[] {
  if (part.kind === "text") return textInputs(settings, part);
  const { model } = settings;
  const rows = settings.batch * part.rows;
  const read = [...sideInputs(model, "", rows, part.length), ...embedderOf(model.input).partArrays(model.input, rows, part.length)];
  const { given, targets } = heads[part.form].inputs(shapeOf(settings, part));
  return [...read, ...given, ...targets];
}

/** Masks of a part, bool: 1 keeps. Empty without dropout. */
export function dropoutInputs(settings: Pick<TrainingSettings, "batch" | "model" | "dropout">, part: Part): TensorSpec[] {
  if (settings.dropout === 0) return [];
  const places = part.kind === "text" ? textDropoutPlaces(settings, part) : headDropoutPlaces(settings, part);
  return places.map(({ name, shape }) => ({
    name: dropoutName(name),
    shape,
    dtype: "bool",
  }));
}

/** Uniform numbers above 0 and below 1 that a part's samples are drawn by. */
export function noiseInputs(settings: Pick<TrainingSettings, "batch" | "model">, part: Part): TensorSpec[] {
  return batchInputs(settings, part).filter(({ name }) => name === samplingNoise);
}

function optimizerInputs({ optimizer }: TrainingSettings): TensorSpec[] {
  return Object.keys(optimizerOf(optimizer).scalars(optimizer, 1, 0)).map((name) => float(name, []));
}

/** Numbers of a step of the optimiser, which counts from 1. */
export function optimizerScalars(optimizer: OptimizerSpec, step: number, learningRate: number): Record<string, Float32Array> {
  const scalars = optimizerOf(optimizer).scalars(optimizer, step, learningRate);
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)]));
}

function keptNames({ optimizer }: Pick<TrainingSettings, "optimizer">): (group: Group) => string[] {
  return (group) => Object.keys(keptSlices(group, optimizer)).map((kept) => keptName(group, kept));
}

function stepFunction(settings: TrainingSettings, groups: readonly Group[], part: Part): ProgramFunction {
  return {
    name: `step.${part.name}`,
    reads: readNames(settings, groups, (group) => [weightsName(group), ...keptNames(settings)(group)]),
    inputs: [...batchInputs(settings, part), ...dropoutInputs(settings, part), ...optimizerInputs(settings)],
    call(state, inputs) {
      const { loss, gradients } = lossAndGradients(settings, groups, part, state, inputs);
      const { updates, norm } = update(settings.optimizer, groups, state, gradients, inputs);
      return { state: updates, outputs: { loss, gradient_norm: norm } };
    },
  };
}

function accumulateFunction(settings: TrainingSettings, groups: readonly Group[], part: Part): ProgramFunction {
  return {
    name: `accumulate.${part.name}`,
    reads: readNames(settings, groups, (group) => [weightsName(group), gradientName(group)]),
    inputs: [...batchInputs(settings, part), ...dropoutInputs(settings, part)],
    call(state, inputs) {
      const { loss, gradients } = lossAndGradients(settings, groups, part, state, inputs);
      const sums = groups.map((group, i) => [gradientName(group), add(state[gradientName(group)]!, gradients[i]!)]);
      return { state: Object.fromEntries(sums), outputs: { loss } };
    },
  };
}

function applyFunction(settings: TrainingSettings, groups: readonly Group[]): ProgramFunction {
  return {
    name: "apply",
    reads: groups.flatMap((group) => [weightsName(group), ...keptNames(settings)(group), gradientName(group)]),
    inputs: optimizerInputs(settings),
    call(state, inputs) {
      const gradients = groups.map((group) => state[gradientName(group)]!);
      const { updates, norm } = update(settings.optimizer, groups, state, gradients, inputs);
      const cleared = groups.map((group) => [gradientName(group), zeros([group.size])]);
      return { state: { ...updates, ...Object.fromEntries(cleared) }, outputs: { gradient_norm: norm } };
    },
  };
}

function evaluateFunction(settings: TrainingSettings, groups: readonly Group[], part: Part): ProgramFunction {
  return {
    name: `evaluate.${part.name}`,
    reads: readNames(settings, groups, (group) => [evaluatedName(settings)(group)]),
    inputs: batchInputs(settings, part).filter(({ name }) => !onlyForLoss(settings, part).includes(name)),
    call(state, inputs) {
      const forward = evaluationForward(settings, groups, state);
      if (part.kind === "head") return { state: {}, outputs: { answers: answersOf(forward, shapeOf(settings, part), inputs) } };
      return { state: {}, outputs: textLosses(forward, part, inputs) };
    },
  };
}

function statesFunction(settings: TrainingSettings, groups: readonly Group[], watched: TextPart): ProgramFunction {
  return {
    name: statesName,
    reads: readNames(settings, groups, (group) => [evaluatedName(settings)(group)]),
    inputs: textStateInputs(settings, watched),
    call(state, inputs) {
      const forward = evaluationForward(settings, groups, state);
      return { state: {}, outputs: { states: textStates(forward, watched, inputs) } };
    },
  };
}

export const statesName = "states";

/** The weights that are evaluated: their average, where there is one. */
const evaluatedName = ({ ema }: Pick<TrainingSettings, "ema">) => (ema === undefined ? weightsName : averageName);

/** Without dropout. */
function evaluationForward(settings: TrainingSettings, groups: readonly Group[], state: Tensors): Forward {
  const parameters = { ...namedWeights(settings, groups, state, evaluatedName(settings)), ...frozenWeights(settings, state) };
  return forwardOf({ ...settings, dropout: 0 }, parameters, {});
}

function lossAndGradients(
  settings: TrainingSettings,
  groups: readonly Group[],
  part: Part,
  state: Tensors,
  inputs: Tensors,
): { loss: Tensor; gradients: Tensor[] } {
  const trained = namedWeights(settings, groups, state);
  const names = Object.keys(trained);
  const masks = Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith("dropout."))
      .map(([name, mask]) => [name.slice("dropout.".length), mask]),
  );
  const loss = (...weights: Tensor[]): Tensor => {
    const parameters = { ...frozenWeights(settings, state), ...Object.fromEntries(names.map((name, i) => [name, weights[i]!])) };
    const forward = forwardOf(settings, parameters, masks);
    if (part.kind === "head") return heads[part.form].loss(answersOf(forward, shapeOf(settings, part), inputs), inputs);
    return textLoss(forward, part, inputs, settings);
  };
  registerGradients();
  const weights = Object.values(trained);
  // not `valueAndGrads`: a weight that this part does not use has no gradient, and that function takes it for a mistake
  const { value, grads } = engine().gradients(() => loss(...weights) as never, weights);
  const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i] ?? zeros(trained[name]!.shape)]));
  return { loss: value, gradients: groups.map((group) => pack(group, gradients)) };
}

function update(
  optimizer: OptimizerSpec,
  groups: readonly Group[],
  state: Tensors,
  gradients: Tensor[],
  inputs: Tensors,
): { updates: Tensors; norm: Tensor } {
  const { norm, scale } = clipping(gradients, optimizer.clip);
  const { rates } = optimizerOf(optimizer);
  const updates: Tensors = {};
  for (const [i, group] of groups.entries()) {
    const kept = Object.keys(keptSlices(group, optimizer));
    const before = {
      parameters: group.parameters,
      weights: state[weightsName(group)]!,
      kept: Object.fromEntries(kept.map((name) => [name, state[keptName(group, name)]!])),
      gradient: gradients[i]!,
      scale,
      decays: group.decay,
    };
    const after = group.rule.update(optimizer, before, scaled(inputs, rates, group.rate));
    updates[weightsName(group)] = after.weights!;
    for (const name of kept) updates[keptName(group, name)] = after[name]!;
  }
  return { updates, norm };
}

/** The scalars of weights with a learning rate of their own. */
function scaled(scalars: Tensors, rates: readonly string[], rate: number): Tensors {
  if (rate === 1) return scalars;
  return { ...scalars, ...Object.fromEntries(rates.map((name) => [name, mul(scalars[name]!, rate)])) };
}

/** What the head makes of the hidden states. An encoder-decoder answers by its encoder alone. */
function answersOf(forward: Forward, shape: HeadShape, inputs: Tensors): Tensor {
  const { form, head, pooler } = shape.part;
  const place = headPlace(shape.part);
  const answer = (x: Tensor) =>
    linear(forward.parameters, `heads.${head}`, drop(pooler ? poolerOutput(forward, x) : x, forward.dropout, place));
  return heads[form].answers(encode(forward, sequence(inputs, "", givenVisibility(forward.model))), answer, inputs, shape);
}

function headDropoutPlaces(
  { batch, model }: Pick<TrainingSettings, "batch" | "model">,
  part: HeadPart,
): { name: string; shape: number[] }[] {
  const shape = shapeOf({ batch }, part);
  const vectors = [heads[part.form].dropped(shape), model.hidden];
  return [
    ...dropoutPlaces(model, shape.rows, part.length, 0),
    ...(part.pooler && model.pooler.dropsInput ? [{ name: poolerName, shape: vectors }] : []),
    ...(vectors[0] === 0 ? [] : [{ name: headPlace(part), shape: vectors }]),
  ];
}

const headPlace = ({ head }: HeadPart) => `heads.${head}`;

function forwardOf({ model, dropout: rate, groups }: TrainingSettings, parameters: Tensors, masks: Tensors): Forward {
  return { model, parameters, dropout: { rate, masks }, ...(groups === undefined ? {} : { groups }) };
}

function shapeOf({ batch }: Pick<TrainingSettings, "batch">, part: HeadPart): HeadShape {
  return { part, rows: batch * part.rows };
}

/** What evaluation does not read. */
function onlyForLoss(settings: Pick<TrainingSettings, "batch">, part: Part): string[] {
  return part.kind === "text" ? onlyForTraining(part) : heads[part.form].inputs(shapeOf(settings, part)).targets.map(({ name }) => name);
}

function namedWeights(settings: TrainingSettings, groups: readonly Group[], state: Tensors, nameOf = weightsName): Tensors {
  const all: Tensors = Object.assign({}, ...groups.map((group) => unpack(group, state[nameOf(group)]!)));
  return Object.fromEntries(settings.trained.map(({ name }) => [name, all[name]!]));
}

function frozenWeights({ frozen, loraScale }: TrainingSettings, state: Tensors): Tensors {
  const weights: Tensors = Object.fromEntries(frozen.map(({ name }) => [name, state[frozenName(name)]!]));
  return loraScale === undefined ? weights : { ...weights, "lora.scale": scalarOf(loraScale) };
}

function scalarOf(value: number): Tensor {
  return tensor1d([value], "float32");
}

function readNames({ frozen }: TrainingSettings, groups: readonly Group[], names: (group: Group) => string[]): string[] {
  return [...groups.flatMap(names), ...frozen.map(({ name }) => frozenName(name))];
}

function groupState(group: Group, settings: TrainingSettings): TensorSpec[] {
  return [
    float(weightsName(group), [group.size]),
    ...Object.entries(keptSlices(group, settings.optimizer)).map(([kept, slices]) => float(keptName(group, kept), [lengthOf(slices)])),
    ...(settings.accumulates ? [float(gradientName(group), [group.size])] : []),
    ...(settings.ema === undefined ? [] : [float(averageName(group), [group.size])]),
  ];
}
