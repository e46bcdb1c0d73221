import { gather, reshape, type Tensor1D, type Tensor2D } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "../contract/plan.ts";
import { project } from "../models/operations/cross-entropy.ts";
import { parametersOf } from "../models/parameters.ts";
import { type Forward, predictionStates, type Sequence, transformer, vocabularyProjection } from "../models/transformer.ts";
import type { Program, TensorSpec, Tensors } from "../trace/function.ts";

/**
 * `next`: the logits (V) that follow position `last` of one sequence of `context` positions: of the decoder's, where there is
 * one. State: the model's parameters by name.
 */
export function generationProgram(model: ResolvedModel): Program {
  const state: TensorSpec[] = parametersOf(model).map(({ name, shape }) => ({ name, shape, dtype: "float32" }));
  const rows = (prefix: string): TensorSpec[] =>
    ["tokens", "positions", "segments"].map((name) => ({ name: `${prefix}${name}`, shape: [1, model.context], dtype: "int32" }));
  const twoSided = model.architecture === "encoder-decoder";
  return {
    state,
    functions: [
      {
        name: "next",
        reads: state.map(({ name }) => name),
        inputs: [...rows(""), ...(twoSided ? rows("decoder_") : []), { name: "last", shape: [1], dtype: "int32" }],
        call(parameters, inputs) {
          const forward: Forward = { model, parameters, dropout: { rate: 0, masks: {} } };
          const states = transformer(forward, sequence(inputs, ""), twoSided ? sequence(inputs, "decoder_") : undefined);
          const last = predictionStates(forward, gather(states as Tensor2D, inputs.last as Tensor1D));
          const logits = project(last, vocabularyProjection(forward));
          return { state: {}, outputs: { logits: reshape(logits, [model.vocabulary]) } };
        },
      },
    ],
  };
}

function sequence(inputs: Tensors, prefix: string): Sequence {
  return { tokens: inputs[`${prefix}tokens`]!, positions: inputs[`${prefix}positions`]!, segments: inputs[`${prefix}segments`]! };
}
