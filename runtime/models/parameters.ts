import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import { isGated } from "#runtime/contract/spec.ts";
import { random } from "#runtime/random/random.ts";
import { embedderOf } from "./embedders/embedder-table.ts";
import { deviation, embeddingTable } from "./embedding-table.ts";
import { type Stack, stacksOf } from "./stacks.ts";

export interface Parameter {
  name: string;
  shape: readonly number[];
  /** A normal distribution with one standard deviation, or one per block of columns, and optionally a row of zeros; or a constant. */
  initial: { normal: number | readonly Columns[]; zeroRow?: number | null } | { constant: number };
  /** Whether weight decay applies, which it does to matrices of linear layers and embeddings of the input. */
  decay: boolean;
  /** Whether it counts as embeddings: of the input and of positions, and the projection to the targets. */
  embedding: boolean;
  /** Index of its block, counted from the input; null: embeddings; Infinity: after all blocks. */
  layer: number | null;
  /** Widths of the matrices that are side by side in it, as queries, keys and values are; absent: it is one. */
  joined?: readonly number[];
  /** It is never trained. */
  fixed?: true;
  /** Factor of the learning rate; absent: 1. */
  rate?: number;
}

interface Columns {
  count: number;
  deviation: number;
}

/** All weights of a model, in a fixed order. */
export function parametersOf(model: ResolvedModel): Parameter[] {
  const parameters = [
    ...embedderOf(model.input).parameters(model.input, model),
    ...stacksOf(model).flatMap((stack) => stackParameters(model, stack)),
    ...predictionParameters(model).map((parameter) => ({ ...parameter, layer: Number.POSITIVE_INFINITY })),
  ];
  const isT5 = model.architecture === "encoder-decoder" && !model.scaledAttention;
  return isT5 ? parameters.map((parameter) => asT5(model, parameter)) : parameters;
}

/**
 * T5's initialisation (Raffel et al. 2020, released code): token embeddings have standard deviation 1, and weights with n inputs have 1/√n.
 * Queries include the scaling of attention scores, which the model omits.
 */
function asT5(model: ResolvedModel, parameter: Parameter): Parameter {
  const { name, shape, initial } = parameter;
  if ("constant" in initial) return parameter;
  if (name === "embeddings.tokens" || name === "projection.weight") return { ...parameter, initial: { normal: 1 } };
  if (name.endsWith(".relative")) return { ...parameter, initial: { normal: model.hidden ** -0.5 } };
  const inputs = shape[0]! ** -0.5;
  if (!/attention\.query/.test(name)) return { ...parameter, initial: { normal: inputs } };
  const [queries, ...others] = attentionOutputs(model, name) as [number, ...number[]];
  const rest = others.map((count) => ({ count, deviation: inputs }));
  return { ...parameter, initial: { normal: [{ count: queries, deviation: inputs * model.headWidth ** -0.5 }, ...rest] } };
}

/** Whether a weight reads the last hidden states, and thus does not belong to the body. */
export function readsStates(name: string): boolean {
  return ["projection.", "prediction.", `${pooler}.`].some((module) => name.startsWith(module));
}

/** Name of the layer before heads that read the first token; all heads of a model share it. */
export const pooler = "pooler";

/** The parameters of the pooler: hidden → hidden (Devlin et al. 2019, released code). */
export function poolerParameters({ hidden }: Pick<ResolvedModel, "hidden">): Parameter[] {
  const layer = Number.POSITIVE_INFINITY;
  return [
    { ...matrix(`${pooler}.weight`, [hidden, hidden], deviation), layer },
    { ...vector(`${pooler}.bias`, hidden, 0), layer },
  ];
}

/** The parameters of a classification head: hidden → labels (Devlin et al. 2019, section 4.1). */
export function headParameters(model: Pick<ResolvedModel, "hidden">, name: string, labels: number): Parameter[] {
  const layer = Number.POSITIVE_INFINITY;
  return [
    { ...matrix(`heads.${name}.weight`, [model.hidden, labels], deviation), layer },
    { ...vector(`heads.${name}.bias`, labels, 0), layer },
  ];
}

/**
 * Low-rank pairs for the projections of every attention (Hu et al. 2022, section 4.1): A is normal and B zero, so that training starts at
 * the pre-trained model.
 */
export function loraParameters(model: ResolvedModel, rank: number): Parameter[] {
  return parametersOf(model)
    .filter(({ name }) => isAttentionWeight(name))
    .flatMap(({ name, shape, layer }) =>
      attentionOutputs(model, name).flatMap((width, part) => [
        { ...matrix(`lora.${name}.${part}.a`, [shape[0]!, rank], 1 / rank), layer, decay: false },
        { ...matrix(`lora.${name}.${part}.b`, [rank, width], 0), layer, decay: false },
      ]),
    );
}

/**
 * Adapters: a narrow layer after each attention and each feed-forward layer (Houlsby et al. 2019, figure 2). The up-projection is zero, so
 * that training starts exactly at the pre-trained model.
 */
export function adapterParameters(model: ResolvedModel, size: number): Parameter[] {
  return parametersOf(model)
    .filter(({ name }) => /(?:attention|feed_forward)\.output\.weight$/.test(name))
    .flatMap(({ name, layer }) => {
      const adapter = `adapters.${name.slice(0, -".output.weight".length)}`;
      return [
        { ...matrix(`${adapter}.down.weight`, [model.hidden, size], 0.01), layer },
        { ...vector(`${adapter}.down.bias`, size, 0), layer },
        { ...matrix(`${adapter}.up.weight`, [size, model.hidden], 0), layer },
        { ...vector(`${adapter}.up.bias`, model.hidden, 0), layer },
      ];
    });
}

/** The initial values in row-major order. They depend only on the parameter and the seed, not on the rest of the model. */
export function initialValues({ name, shape, initial }: Parameter, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  if ("constant" in initial) return values.fill(initial.constant);
  const from = random(seed, "initial", name);
  const { normal, zeroRow } = initial;
  if (typeof normal === "number") {
    for (let i = 0; i < values.length; i++) values[i] = normal * from.normal();
    // the other rows are the same with and without a row of zeros
    if (zeroRow !== undefined && zeroRow !== null) values.fill(0, zeroRow * shape.at(-1)!, (zeroRow + 1) * shape.at(-1)!);
    return values;
  }
  const deviations = normal.flatMap(({ count, deviation }) => Array.from({ length: count }, () => deviation));
  for (let i = 0; i < values.length; i++) values[i] = deviations[i % deviations.length]! * from.normal();
  return values;
}

/** Widths of the projections that are joined in a weight or bias of attention, in the order queries, keys, values. */
export function attentionOutputs(model: ResolvedModel, name: string): number[] {
  const { headWidth, keyValueHeads } = model;
  const [queries, keys] = [model.heads * headWidth, keyValueHeads * headWidth];
  if (name.includes("attention.query_key_value")) return [queries, keys, keys];
  if (name.includes("attention.key_value")) return [keys, keys];
  return name.includes("attention.query") ? [queries] : [model.hidden];
}

/** Widths of the layers that are joined in a weight or bias of a block: of attention, or a gated feed-forward's gate and input. */
export function joinedOutputs(model: ResolvedModel, name: string): number[] {
  if (name.includes("feed_forward.input") && isGated(model.activation)) return [model.feedForward, model.feedForward];
  return attentionOutputs(model, name);
}

function isAttentionWeight(name: string): boolean {
  return /attention\.\w+\.weight$/.test(name);
}

function stackParameters(model: ResolvedModel, stack: Stack): Parameter[] {
  const { hidden, heads, position, placement, input, embeddingWidth, embeddingNorm, positions, positionOffset, relative } = model;
  const { name, layers, before } = stack;
  return [
    ...(position === "learned" ? [embeddingTable(`${name}.positions`, [positionOffset + positions, embeddingWidth], false)] : []),
    ...(position === "relative" ? [{ ...embeddingTable(`${name}.relative`, [relative.buckets, heads], false), embedding: false }] : []),
    ...embedderOf(input).stackParameters(input, model, name),
    ...(embeddingNorm ? normParameters(model, `${name}.embedding_norm`, embeddingWidth).map(ofEmbeddings) : []),
    ...(embeddingWidth === hidden
      ? []
      : linearParameters(model, `${name}.embedding_projection`, [embeddingWidth, hidden], deviation).map(ofEmbeddings)),
    ...Array.from({ length: layers }, (_, i) =>
      blockParameters(model, stack, `${name}.layers.${i}`).map((parameter) => ({ ...withJoined(model, parameter), layer: before + i })),
    ).flat(),
    ...(placement === "pre"
      ? normParameters(model, `${name}.norm`, hidden).map((parameter) => ({ ...parameter, layer: before + layers - 1 }))
      : []),
  ];
}

function withJoined(model: ResolvedModel, parameter: Parameter): Parameter {
  const widths = joinedOutputs(model, parameter.name);
  return parameter.shape.length > 1 && widths.length > 1 ? { ...parameter, joined: widths } : parameter;
}

function blockParameters(model: ResolvedModel, { layers, cross }: Stack, block: string): Parameter[] {
  const { hidden, heads, feedForward, headWidth, initial } = model;
  // residual branches start small, so that the sum of all does not grow with depth (Radford et al. 2019, section 2.3)
  const branch = initial.branches === "scaled" ? deviation / Math.sqrt((cross ? 3 : 2) * layers) : deviation;
  const linear = (name: string, input: number, output: number, std: number) =>
    linearParameters(model, `${block}.${name}`, [input, output], std);
  const norm = (name: string) => normParameters(model, `${block}.${name}`, hidden);
  const attentionLayer = (name: string) => {
    const outputs = attentionOutputs(model, name).reduce((sum, width) => sum + width, 0);
    return linear(name, hidden, outputs, deviation);
  };
  return [
    ...norm("attention_norm"),
    ...attentionLayer("attention.query_key_value"),
    ...linear("attention.output", heads * headWidth, hidden, branch),
    ...(cross
      ? [
          ...norm("cross_attention_norm"),
          ...attentionLayer("cross_attention.query"),
          ...attentionLayer("cross_attention.key_value"),
          ...linear("cross_attention.output", heads * headWidth, hidden, branch),
        ]
      : []),
    ...norm("feed_forward_norm"),
    ...linear("feed_forward.input", hidden, activatedFrom(model, feedForward), deviation),
    ...linear("feed_forward.output", feedForward, hidden, branch),
  ];
}

/** The parameters that turn hidden states into logits, except tied embeddings. */
function predictionParameters(model: ResolvedModel): Parameter[] {
  const { hidden, targets, embeddingWidth, predictionTransform, projectionBias } = model;
  return [
    ...(predictionTransform
      ? [
          ...linearParameters(model, "prediction.transform", [hidden, activatedFrom(model, embeddingWidth)], deviation),
          ...normParameters(model, "prediction.norm", embeddingWidth),
        ]
      : []),
    ...(model.tiedEmbeddings ? [] : [embeddingTable("projection.weight", [targets.classes, predictionWidth(model)], true)]),
    ...(projectionBias === "none"
      ? []
      : [
          {
            ...vector("projection.bias", targets.classes, 0),
            embedding: true,
            ...(projectionBias === "fixed" ? { fixed: true as const } : {}),
          },
        ]),
  ];
}

/** Width of what the activation is applied to for a result of this width: a gated activation halves it. */
function activatedFrom({ activation }: ResolvedModel, width: number): number {
  return isGated(activation) ? 2 * width : width;
}

/** Width of the states before the projection to the targets. */
function predictionWidth(model: ResolvedModel): number {
  const { predictionTransform, embeddingWidth } = model;
  return predictionTransform ? embeddingWidth : model.hidden;
}

function linearParameters(model: ResolvedModel, name: string, shape: [number, number], std: number): Parameter[] {
  return [matrix(`${name}.weight`, shape, std), ...(model.biases ? [vector(`${name}.bias`, shape[1], 0)] : [])];
}

function normParameters(model: ResolvedModel, name: string, width: number): Parameter[] {
  return [vector(`${name}.scale`, width, 1), ...(model.biases && model.norm === "layer" ? [vector(`${name}.bias`, width, 0)] : [])];
}

function ofEmbeddings(parameter: Parameter): Parameter {
  return { ...parameter, embedding: true };
}

function matrix(name: string, shape: readonly number[], std: number): Parameter {
  return { name, shape, initial: std === 0 ? { constant: 0 } : { normal: std }, decay: true, embedding: false, layer: null };
}

function vector(name: string, size: number, value: number): Parameter {
  return { name, shape: [size], initial: { constant: value }, decay: false, embedding: false, layer: null };
}
