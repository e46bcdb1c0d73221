import { mul, type Tensor } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { applyActivation, type BlockContext, block, type KeyValueCache } from "./block.ts";
import { embedderOf } from "./embedders/embedder-table.ts";
import { embeddings } from "./embeddings.ts";
import { type Forward, get, norm, type Sequence } from "./forward.ts";
import { linear } from "./linear.ts";
import type { Projection } from "./operations/cross-entropy.ts";
import { attentionBias, relativeBias } from "./positions.ts";
import { recomputedBlock } from "./recomputed-block.ts";
import { inGroups } from "./side-by-side.ts";
import { type Stack, stacksOf } from "./stacks.ts";

export type { Forward, Sequence } from "./forward.ts";

/**
 * Hidden states (B × T, C), or the wanted ones, of the stack that predicts: the decoder if there is one. `cache`: stores keys and values.
 */
export function transformer(forward: Forward, input: Sequence, target?: Sequence, cache?: KeyValueCache): Tensor {
  const stacks = stacksOf(forward.model);
  if (stacks.length === 1) return runStack(forward, stacks[0]!, input, undefined, cache);
  if (!target) throw new Error("an encoder-decoder needs the decoder's input");
  const encoded = runStack(forward, stacks[0]!, input);
  return runStack(forward, stacks[1]!, target, { states: encoded, input }, cache);
}

/** Hidden states of the encoder of an encoder-decoder, or of the only stack. */
export function encode(forward: Forward, input: Sequence): Tensor {
  return runStack(forward, stacksOf(forward.model)[0]!, input);
}

/** The states that are projected to the targets: hidden states (N, C), after the model's transformation if it has one. */
export function predictionStates(forward: Forward, states: Tensor): Tensor {
  const { predictionTransform, projectionScale } = forward.model;
  if (predictionTransform) {
    const transformed = applyActivation(forward.model.activation, linear(forward.parameters, "prediction.transform", states));
    return norm(forward, "prediction.norm", transformed);
  }
  return projectionScale === 1 ? states : mul(states, projectionScale);
}

/** The projection of the states of `predictionStates` to logits. */
export function targetProjection({ model, parameters }: Forward): Projection {
  return {
    weight: get(parameters, (model.tiedEmbeddings ? embedderOf(model.input).tied : null) ?? "projection.weight"),
    bias: parameters["projection.bias"],
  };
}

/** The places of dropout in a model, with the shapes of their dropout masks. */
export function dropoutPlaces(
  model: ResolvedModel,
  batch: number,
  context: number,
  decoderContext: number,
): { name: string; shape: number[] }[] {
  const places = ({ name: stack, layers }: Stack, queries: number, crossKeys: number) => [
    { name: `${stack}.embeddings`, shape: [batch * queries, model.hidden] },
    ...Array.from({ length: layers }, (_, i) => {
      const block = `${stack}.layers.${i}`;
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
  const [first, second] = stacksOf(model);
  return [...places(first!, context, 0), ...(second && decoderContext > 0 ? places(second, decoderContext, context) : [])];
}

/** The output of the encoder (B × S, C), with its input. */
interface Memory {
  states: Tensor;
  input: Sequence;
}

function runStack(forward: Forward, stack: Stack, input: Sequence, memory?: Memory, cache?: KeyValueCache): Tensor {
  const { model, parameters } = forward;
  const [batch, length] = input.positions.shape as [number, number];
  const { name } = stack;
  const { segments, positions, visible } = input;
  return runBlocks(forward, stack, embeddings(forward, name, input), {
    batch,
    positions,
    bias: attentionBias(segments, input.keys ?? segments, visible),
    // the meaning of the learned rows belongs to the weights: a decoder has none for later positions, even if these are visible
    relative:
      model.position === "relative" ? relativeBias(model, get(parameters, `${name}.relative`), length, name === "encoder") : undefined,
    memory: memory && {
      states: memory.states,
      bias: attentionBias(segments, memory.input.keys ?? memory.input.segments, "all"),
    },
    ...(cache ? { cache } : {}),
    targetPositions: input.targetPositions,
  });
}

/** Applies the blocks of a stack to its embeddings, and the final norm. */
export function runBlocks(
  forward: Forward,
  { name, layers }: Stack,
  embedded: Tensor,
  { targetPositions, ...context }: BlockContext,
): Tensor {
  // caching and observing need each block as a whole
  const alone = !context.cache && !forward.observe;
  const run = forward.model.recompute && alone ? recomputedBlock : block;
  const groups = alone && !forward.model.recompute ? Math.min(forward.groups ?? 1, context.batch) : 1;
  const last = layers - 1;
  const through = (first: number, end: number) => (own: Forward, input: Tensor, seen: BlockContext) => {
    let x = input;
    for (let i = first; i < end; i++) {
      own.observe?.(`${name}.hidden_states.${i}`, x);
      x = run(own, `${name}.layers.${i}`, x, i === last ? { ...seen, targetPositions } : seen);
    }
    if (end < layers) return x;
    if (forward.model.placement === "pre") x = norm(own, `${name}.norm`, x);
    own.observe?.(`${name}.hidden_states.${layers}`, x);
    return x;
  };
  if (groups === 1) return through(0, layers)(forward, embedded, context);
  if (!targetPositions) return inGroups(groups, through(0, layers))(forward, embedded, context);
  // if only some rows of the last block are wanted, their indices refer to all groups together
  return through(last, layers)(forward, inGroups(groups, through(0, last))(forward, embedded, context), context);
}
