import { add, mul, relu, reshape, sigmoid, split, type Tensor, transpose } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "../contract/plan.ts";
import type { Tensors } from "../trace/function.ts";
import { linear } from "./linear.ts";
import { attention } from "./operations/attention.ts";
import { type Dropout, drop, keepFactors } from "./operations/dropout.ts";
import { embed } from "./operations/embedding.ts";
import { gelu } from "./operations/gelu.ts";
import { layerNorm, rmsNorm } from "./operations/layer-norm.ts";
import { attentionBias, positionTable, relativeBias, rotate } from "./positions.ts";

/** One side's input: B sequences of T positions; all int32. */
export interface Sequence {
  /** (B, T) */
  tokens: Tensor;
  /** (B, T): position inside the document's part of the sequence. */
  positions: Tensor;
  /** (B, T): attention never crosses segments; 0 is padding. */
  segments: Tensor;
  /** (B, T): 1 where the whole segment sees it, also in a decoder. */
  prefix?: Tensor;
}

export interface Forward {
  model: ResolvedModel;
  parameters: Tensors;
  dropout: Dropout;
}

/** Hidden states (B × T, C) of the stack that predicts: of the decoder where there is one. */
export function transformer(forward: Forward, input: Sequence, target?: Sequence): Tensor {
  const { architecture } = forward.model;
  if (architecture !== "encoder-decoder") return stack(forward, architecture, input);
  if (!target) throw new Error("an encoder-decoder needs the decoder's input");
  const encoded = stack(forward, "encoder", input);
  return stack(forward, "decoder", target, { states: encoded, segments: input.segments });
}

/** The encoder alone of an encoder-decoder, or the only stack. */
export function encode(forward: Forward, input: Sequence): Tensor {
  const { architecture } = forward.model;
  return stack(forward, architecture === "encoder-decoder" ? "encoder" : architecture, input);
}

/** The matrix (V, C) that turns hidden states into logits. */
export function vocabularyProjection({ model, parameters }: Forward): Tensor {
  return get(parameters, model.tiedEmbeddings ? "embeddings.tokens" : "projection.weight");
}

/** The places where a stack drops units, with the shapes of their masks. */
export function dropoutPlaces(
  model: ResolvedModel,
  batch: number,
  context: number,
  decoderContext: number,
): { name: string; shape: number[] }[] {
  const places = (stackName: string, queries: number, crossKeys: number) => [
    { name: `${stackName}.embeddings`, shape: [batch * queries, model.hidden] },
    ...Array.from({ length: model.layers }, (_, i) => {
      const block = `${stackName}.layers.${i}`;
      const branch = (name: string) => ({ name: `${block}.${name}`, shape: [batch * queries, model.hidden] });
      const weights = (name: string, keys: number) => ({ name: `${block}.${name}.weights`, shape: [batch, model.heads, queries, keys] });
      return [
        weights("attention", queries),
        branch("attention"),
        ...(crossKeys > 0 ? [weights("cross_attention", crossKeys), branch("cross_attention")] : []),
        branch("feed_forward"),
      ];
    }).flat(),
  ];
  if (model.architecture !== "encoder-decoder") return places(model.architecture, context, 0);
  return [...places("encoder", context, 0), ...(decoderContext > 0 ? places("decoder", decoderContext, context) : [])];
}

interface Memory {
  /** (B × S, C) */
  states: Tensor;
  /** (B, S) */
  segments: Tensor;
}

function stack(forward: Forward, name: "encoder" | "decoder", input: Sequence, memory?: Memory): Tensor {
  const { model, parameters, dropout } = forward;
  const [batch, length] = input.tokens.shape as [number, number];
  const flat = (tensor: Tensor) => reshape(tensor, [batch * length]);
  let x = embed(get(parameters, "embeddings.tokens"), flat(input.tokens));
  const table = positionTable(model, parameters[`${name}.positions`]);
  // fixed sines and cosines have size 1: the embeddings are scaled up to them (Vaswani et al. 2017, section 3.4)
  if (model.position === "sinusoidal") x = mul(x, Math.sqrt(model.hidden));
  if (table) x = add(x, embed(table, flat(input.positions)));
  x = drop(x, dropout, `${name}.embeddings`);
  const context: BlockContext = {
    batch,
    bias: attentionBias(input.segments, input.segments, name === "decoder" ? { causal: true, prefix: input.prefix } : { causal: false }),
    positions: input.positions,
    relative: relativeBias(model, parameters[`${name}.relative`], length, name === "encoder"),
    memory,
    crossBias: memory && attentionBias(input.segments, memory.segments, { causal: false }),
  };
  for (let i = 0; i < model.layers; i++) x = block(forward, `${name}.layers.${i}`, x, context);
  return model.placement === "pre" ? norm(forward, `${name}.norm`, x) : x;
}

interface BlockContext {
  batch: number;
  bias: Tensor;
  positions: Tensor;
  relative: Tensor | undefined;
  memory: Memory | undefined;
  crossBias: Tensor | undefined;
}

function block(forward: Forward, name: string, x: Tensor, context: BlockContext): Tensor {
  const branches: [string, (input: Tensor) => Tensor][] = [
    ["attention", (input) => selfAttention(forward, `${name}.attention`, input, context)],
    ...(context.memory
      ? [
          ["cross_attention", (input: Tensor) => crossAttention(forward, `${name}.cross_attention`, input, context)] as [
            string,
            (input: Tensor) => Tensor,
          ],
        ]
      : []),
    ["feed_forward", (input) => feedForward(forward, `${name}.feed_forward`, input)],
  ];
  for (const [branch, compute] of branches) {
    const normName = `${name}.${branch}_norm`;
    const output = (input: Tensor) => drop(compute(input), forward.dropout, `${name}.${branch}`);
    x = forward.model.placement === "pre" ? add(x, output(norm(forward, normName, x))) : norm(forward, normName, add(x, output(x)));
  }
  return x;
}

function norm({ model, parameters }: Forward, name: string, x: Tensor): Tensor {
  const scale = get(parameters, `${name}.scale`);
  return model.norm === "rms" ? rmsNorm(x, scale) : layerNorm(x, scale, parameters[`${name}.bias`]);
}

/** x (B × T, C) → (B × T, C) */
function selfAttention(forward: Forward, name: string, x: Tensor, { batch, bias, positions, relative }: BlockContext): Tensor {
  const { model, parameters } = forward;
  const projected = linear(parameters, `${name}.query_key_value`, x);
  const [q, k, v] = toHeads(projected, batch, 3, model.heads) as [Tensor, Tensor, Tensor];
  const turn = (heads: Tensor) => (model.position === "rotary" ? rotate(heads, positions, model.context) : heads);
  const keep = keepFactors(forward.dropout, `${name}.weights`);
  const output = attention(turn(q), turn(k), v, { bias, keep }, relative);
  return linear(parameters, `${name}.output`, fromHeads(output));
}

function crossAttention(forward: Forward, name: string, x: Tensor, { batch, memory, crossBias }: BlockContext): Tensor {
  const { model, parameters } = forward;
  const [q] = toHeads(linear(parameters, `${name}.query`, x), batch, 1, model.heads) as [Tensor];
  const [k, v] = toHeads(linear(parameters, `${name}.key_value`, memory!.states), batch, 2, model.heads) as [Tensor, Tensor];
  const keep = keepFactors(forward.dropout, `${name}.weights`);
  return linear(parameters, `${name}.output`, fromHeads(attention(q, k, v, { bias: crossBias!, keep })));
}

function feedForward({ model, parameters }: Forward, name: string, x: Tensor): Tensor {
  const inner = linear(parameters, `${name}.input`, x);
  return linear(parameters, `${name}.output`, activate(model.activation, inner));
}

function activate(activation: ResolvedModel["activation"], x: Tensor): Tensor {
  if (activation === "gelu") return gelu(x);
  if (activation === "relu") return relu(x);
  // Shazeer 2020, equation 6: the first half gates the second
  const [gate, value] = split(x, 2, -1) as [Tensor, Tensor];
  return mul(activation === "geglu" ? gelu(gate) : mul(gate, sigmoid(gate)), value);
}

/** (B × T, parts × H × W) → parts tensors (B, H, T, W) */
function toHeads(x: Tensor, batch: number, parts: number, heads: number): Tensor[] {
  const [rows, columns] = x.shape as [number, number];
  const [length, width] = [rows / batch, columns / parts / heads];
  const apart = transpose(reshape(x, [batch, length, parts, heads, width]), [2, 0, 3, 1, 4]);
  return (parts === 1 ? [apart] : split(apart, parts, 0)).map((part) => reshape(part, [batch, heads, length, width]));
}

/** (B, H, T, W) → (B × T, H × W) */
function fromHeads(x: Tensor): Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch * length, heads * width]);
}

function get(parameters: Tensors, name: string): Tensor {
  const found = parameters[name];
  if (!found) throw new Error(`the model has no parameter ${name}`);
  return found;
}
