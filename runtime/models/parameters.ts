import type { ResolvedModel } from "../contract/plan.ts";
import { random } from "../random/random.ts";

export interface Parameter {
  name: string;
  shape: readonly number[];
  /** Standard deviation of a normal, or a constant. */
  initial: { normal: number } | { constant: number };
  /** Weight decay applies: matrices of linear layers and token embeddings. */
  decay: boolean;
  /** Part of the embeddings: token and position tables, the vocabulary projection. */
  embedding: boolean;
  /** The block it belongs to, counted from the input; null: embeddings; Infinity: behind all blocks. */
  layer: number | null;
}

/** Standard deviation of initial weights (Radford et al. 2019; Devlin et al. 2019). */
const deviation = 0.02;

/** All weights of a model, in a fixed order. */
export function parametersOf(model: ResolvedModel): Parameter[] {
  const stacks = model.architecture === "encoder-decoder" ? (["encoder", "decoder"] as const) : ([model.architecture] as const);
  return [
    table("embeddings.tokens", [model.vocabulary, model.hidden], true),
    ...stacks.flatMap((stack) => stackParameters(model, stack, stack === "decoder" && stacks.length === 2)),
    ...(model.tiedEmbeddings
      ? []
      : [{ ...table("projection.weight", [model.vocabulary, model.hidden], true), layer: Number.POSITIVE_INFINITY }]),
  ];
}

/** A classification head: hidden → labels (Devlin et al. 2019, section 4.1). */
export function headParameters(model: Pick<ResolvedModel, "hidden">, name: string, labels: number): Parameter[] {
  const layer = Number.POSITIVE_INFINITY;
  return [
    { ...matrix(`heads.${name}.weight`, [model.hidden, labels], deviation), layer },
    { ...vector(`heads.${name}.bias`, labels, 0), layer },
  ];
}

/**
 * Low-rank pairs for the projections of every attention (Hu et al. 2022, section 4.1): A normal, B zero, so that training
 * starts at the pre-trained model.
 */
export function loraParameters(model: ResolvedModel, rank: number): Parameter[] {
  return parametersOf(model)
    .filter(({ name }) => isAttentionWeight(name))
    .flatMap(({ name, shape, layer }) => {
      const [rows, columns] = shape as [number, number];
      return Array.from({ length: columns / model.hidden }, (_, part) => [
        { ...matrix(`lora.${name}.${part}.a`, [rows, rank], 1 / rank), layer, decay: false },
        { ...matrix(`lora.${name}.${part}.b`, [rank, model.hidden], 0), layer, decay: false },
      ]).flat();
    });
}

/** Row-major initial values; the same for the same seed and name, whatever else the model has. */
export function initialValues({ name, shape, initial }: Parameter, seed: number): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if ("constant" in initial) return values.fill(initial.constant);
  const from = random(seed, "initial", name);
  for (let i = 0; i < values.length; i++) values[i] = initial.normal * from.normal();
  return values;
}

function isAttentionWeight(name: string): boolean {
  return /attention\.\w+\.weight$/.test(name);
}

function stackParameters(model: ResolvedModel, stack: string, cross: boolean): Parameter[] {
  const { hidden, heads, context, layers } = model;
  const before = stack === "decoder" && cross ? layers : 0;
  return [
    ...(model.position === "learned" ? [table(`${stack}.positions`, [context, hidden], false)] : []),
    ...(model.position === "relative" ? [{ ...table(`${stack}.relative`, [relativeBuckets, heads], false), embedding: false }] : []),
    ...Array.from({ length: layers }, (_, i) =>
      blockParameters(model, `${stack}.layers.${i}`, cross).map((parameter) => ({ ...parameter, layer: before + i })),
    ).flat(),
    ...(model.placement === "pre"
      ? normParameters(model, `${stack}.norm`).map((parameter) => ({ ...parameter, layer: before + layers - 1 }))
      : []),
  ];
}

/** Buckets of distances (Raffel et al. 2020, section 2.1). */
export const relativeBuckets = 32;

function blockParameters(model: ResolvedModel, block: string, cross: boolean): Parameter[] {
  const { hidden, feedForward, layers } = model;
  // residual branches start small, so that the sum of all does not grow with depth (Radford et al. 2019, section 2.3)
  const branch = deviation / Math.sqrt((cross ? 3 : 2) * layers);
  const gated = model.activation === "swiglu" || model.activation === "geglu";
  const linear = (name: string, input: number, output: number, std: number) => [
    matrix(`${block}.${name}.weight`, [input, output], std),
    ...(model.biases ? [vector(`${block}.${name}.bias`, output, 0)] : []),
  ];
  return [
    ...normParameters(model, `${block}.attention_norm`),
    ...linear("attention.query_key_value", hidden, 3 * hidden, deviation),
    ...linear("attention.output", hidden, hidden, branch),
    ...(cross
      ? [
          ...normParameters(model, `${block}.cross_attention_norm`),
          ...linear("cross_attention.query", hidden, hidden, deviation),
          ...linear("cross_attention.key_value", hidden, 2 * hidden, deviation),
          ...linear("cross_attention.output", hidden, hidden, branch),
        ]
      : []),
    ...normParameters(model, `${block}.feed_forward_norm`),
    ...linear("feed_forward.input", hidden, (gated ? 2 : 1) * feedForward, deviation),
    ...linear("feed_forward.output", feedForward, hidden, branch),
  ];
}

function normParameters(model: ResolvedModel, name: string): Parameter[] {
  return [
    vector(`${name}.scale`, model.hidden, 1),
    ...(model.biases && model.norm === "layer" ? [vector(`${name}.bias`, model.hidden, 0)] : []),
  ];
}

function table(name: string, shape: readonly number[], decay: boolean): Parameter {
  return { name, shape, initial: { normal: deviation }, decay, embedding: true, layer: null };
}

function matrix(name: string, shape: readonly number[], std: number): Parameter {
  return { name, shape, initial: std === 0 ? { constant: 0 } : { normal: std }, decay: true, embedding: false, layer: null };
}

function vector(name: string, size: number, value: number): Parameter {
  return { name, shape: [size], initial: { constant: value }, decay: false, embedding: false, layer: null };
}
