import { add, engine, mul, reshape, split, type Tensor } from "@tensorflow/tfjs-core";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { applyHead } from "#runtime/models/apply-head.ts";
import type { FamilyHead } from "#runtime/models/families/family.ts";
import { binaryCrossEntropy, crossEntropy, project, projectedCrossEntropy } from "#runtime/models/operations/cross-entropy.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { stacksOf } from "#runtime/models/stacks.ts";
import { type Forward, predictionStates, targetProjection, transformer } from "#runtime/models/transformer.ts";
import type { Program, TensorSpec, Tensors } from "#runtime/trace/function.ts";
import { registerGradients } from "#runtime/trace/gradients.ts";
import { float, int } from "./inputs.ts";
import { givenVisibility } from "./reading.ts";
import { sequence, sideInputs } from "./sequence.ts";

export interface VerificationSettings {
  model: ResolvedModel;
  /** Undefined: the hidden states alone. */
  head: FamilyHead | undefined;
  /** The model's and the head's weights. */
  parameters: readonly Parameter[];
  batch: number;
  length: number;
  /** 0 without a decoder beside an encoder. */
  decoderLength: number;
  /** Whether the batch says token types. */
  types: boolean;
  labelled: boolean;
  gradients: boolean;
}

export const gradientOf = (parameter: string) => `gradient.${parameter}`;

/**
 * `verify`: everything that Transformers gives for a batch, under its names: `loss`, `logits` (or `start_logits`, `end_logits`),
 * `hidden_states.N`, `attentions.N`, of two stacks `encoder_…`, `decoder_…` and `cross_attentions.N`, the last hidden states;
 * and `gradient.PARAMETER` under our names.
 */
export function verificationProgram(settings: VerificationSettings): Program {
  const { parameters } = settings;
  const names = parameters.map(({ name }) => name);
  return {
    state: parameters.map(({ name, shape }) => ({ name, shape, dtype: "float32" })),
    functions: [
      {
        name: "verify",
        reads: names,
        inputs: verificationInputs(settings),
        call(state, inputs) {
          const outputs = run(settings, state, inputs);
          if (!settings.gradients) return { state: {}, outputs };
          registerGradients();
          // once more under the tape, which keeps nothing but the loss; a trace has it once
          const weights = names.map((name) => state[name]!);
          const { grads } = engine().gradients(() => run(settings, state, inputs).loss as never, weights);
          for (const [i, name] of names.entries()) if (grads[i]) outputs[gradientOf(name)] = grads[i];
          return { state: {}, outputs };
        },
      },
    ],
  };
}

export function verificationInputs({ model, head, batch, length, decoderLength, types, labelled }: VerificationSettings): TensorSpec[] {
  const side = (prefix: "" | "decoder_", width: number) => [
    ...sideInputs(model, prefix, batch, width),
    int(`${prefix}keys`, [batch, width]),
  ];
  const rows = head?.kind === "classification" || head?.kind === "span" ? batch : batch * (decoderLength || length);
  const labels: TensorSpec[] = !labelled
    ? []
    : head?.kind === "span"
      ? [int("start_targets", [rows]), float("start_weights", [rows]), int("end_targets", [rows]), float("end_weights", [rows])]
      : [head?.kind === "discriminator" ? float("targets", [rows]) : int("targets", [rows]), float("weights", [rows])];
  return [
    ...side("", length),
    ...(types ? [int("types", [batch, length])] : []),
    ...(decoderLength > 0 ? side("decoder_", decoderLength) : []),
    ...labels,
  ];
}

function run(settings: VerificationSettings, parameters: Tensors, inputs: Tensors): Tensors {
  const { model, head, batch, length, decoderLength, labelled } = settings;
  const observed: Tensors = {};
  const forward: Forward = {
    model,
    parameters,
    dropout: { rate: 0, masks: {} },
    observe: (name, value) => {
      observed[name] = value;
    },
  };
  const target = decoderLength > 0 ? sequence(inputs, "decoder_", "past") : undefined;
  const states = transformer(forward, sequence(inputs, "", givenVisibility(model)), target);
  const outputs = named(settings, observed);
  if (!head) return outputs;
  if (head.kind === "tokens") {
    const [predicting, projection] = [predictionStates(forward, states), targetProjection(forward)];
    const logits = reshape(project(predicting, projection), [batch, decoderLength || length, model.targets.classes]);
    const loss = labelled ? { loss: projectedCrossEntropy(predicting, projection, inputs.targets!, inputs.weights!) } : {};
    return { ...outputs, logits, ...loss };
  }
  const logits = applyHead(forward, head, states, batch);
  return { ...outputs, ...(head.kind === "span" ? spans(settings, logits, inputs) : labels(settings, head, logits, inputs)) };
}

function labels({ batch, length, labelled }: VerificationSettings, { kind }: FamilyHead, logits: Tensor, inputs: Tensors): Tensors {
  if (kind === "discriminator") {
    const flat = reshape(logits, [batch * length]);
    const loss = labelled ? { loss: binaryCrossEntropy(flat, inputs.targets!, inputs.weights!) } : {};
    return { logits: reshape(logits, [batch, length]), ...loss };
  }
  const loss = labelled ? { loss: crossEntropy(logits, inputs.targets!, inputs.weights!) } : {};
  return { logits: kind === "classification" ? logits : reshape(logits, [batch, length, -1]), ...loss };
}

/** The loss is the mean of the cross-entropies of start and end over all positions (Devlin et al. 2019, section 4.2). */
function spans({ batch, length, labelled }: VerificationSettings, logits: Tensor, inputs: Tensors): Tensors {
  const [start, end] = split(logits, 2, -1).map((side) => reshape(side, [batch, length])) as [Tensor, Tensor];
  const both = { start_logits: start, end_logits: end };
  if (!labelled) return both;
  const starts = crossEntropy(start, inputs.start_targets!, inputs.start_weights!);
  return { ...both, loss: mul(add(starts, crossEntropy(end, inputs.end_targets!, inputs.end_weights!)), 0.5) };
}

/** What was observed inside, under Transformers' names. */
function named({ model, batch }: VerificationSettings, observed: Tensors): Tensors {
  const stacks = stacksOf(model);
  const outputs: Tensors = {};
  for (const { name, layers, cross } of stacks) {
    const prefix = stacks.length > 1 ? `${name}_` : "";
    for (let i = 0; i <= layers; i++) {
      const states = observed[`${name}.hidden_states.${i}`]!;
      outputs[`${prefix}hidden_states.${i}`] = reshape(states, [batch, -1, states.shape[1] as number]);
    }
    for (let i = 0; i < layers; i++) {
      outputs[`${prefix}attentions.${i}`] = observed[`${name}.layers.${i}.attention.weights`]!;
      if (cross) outputs[`cross_attentions.${i}`] = observed[`${name}.layers.${i}.cross_attention.weights`]!;
    }
    const last = outputs[`${prefix}hidden_states.${layers}`]!;
    outputs[name === "encoder" && stacks.length > 1 ? "encoder_last_hidden_state" : "last_hidden_state"] = last;
  }
  return outputs;
}
