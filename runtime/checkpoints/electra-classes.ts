import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { type AsFamily, asFamily } from "#runtime/models/families/as-family.ts";
import { generatorOf, generatorParameters, generatorPlace } from "#runtime/models/generator.ts";
import { headParameters, type Parameter, parametersOf } from "#runtime/models/parameters.ts";
import { detectionHead, detectionLayer } from "#runtime/programs/auxiliary/replaced-token-loss.ts";
import type { StoredTensor } from "#runtime/runs/safetensors.ts";
import type { StoredModel } from "./stored-model.ts";

/** The models that `replaced_token` trains, each as a separate model of ELECTRA's classes. */
export interface Electra {
  discriminator: Exportable;
  /** The tensors of the discriminator's head, with Transformers' names. */
  head(): Record<string, StoredTensor>;
  generator: Exportable;
}

interface Exportable {
  stored: StoredModel;
  as: AsFamily;
}

/** Undefined if the model also learned tokens, or only another objective, or has settings that ELECTRA's classes lack. */
export function electraOf(stored: StoredModel): Electra | undefined {
  const part = stored.parts.find((each) => each.kind === "text" && each.layout.auxiliary?.kind === "replaced_tokens");
  if (stored.predicts || part?.kind !== "text" || part.layout.auxiliary?.kind !== "replaced_tokens") return undefined;
  const generator = generatorWithin(stored, part.layout.auxiliary.generator);
  const [as, generatorAs] = [asFamily("electra", stored.model), asFamily("electra", generator.model)];
  if (!as || !generatorAs) return undefined;
  return {
    discriminator: { stored, as },
    head: () => headTensors(stored, part.name),
    generator: { stored: generator, as: generatorAs },
  };
}

/** The generator of a model: its own weights are stored with a prefix, and its embeddings are the discriminator's. */
function generatorWithin(stored: StoredModel, share: number): StoredModel {
  // its projection has no bias here, which is a bias of zeros there
  const model: ResolvedModel = { ...generatorOf(stored.model, share), projectionBias: "trained" };
  const own = new Set(generatorParameters(stored.model, share).map(({ name }) => name));
  const placeOf = (name: string) => (own.has(generatorPlace(name)) ? generatorPlace(name) : name);
  return {
    ...stored,
    model,
    parameters: parametersOf(generatorOf(stored.model, share)),
    read(parameters) {
      const values = stored.read(parameters.map((parameter) => ({ ...parameter, name: placeOf(parameter.name) })));
      return Object.fromEntries(parameters.map(({ name }) => [name, values[placeOf(name)]!]));
    },
  };
}

function headTensors(stored: StoredModel, part: string): Record<string, StoredTensor> {
  const { hidden } = stored.model;
  const layers = [
    ["discriminator_predictions.dense", headParameters(stored.model, detectionLayer(part), hidden)],
    ["discriminator_predictions.dense_prediction", headParameters(stored.model, detectionHead(part), 1)],
  ] as const;
  return Object.fromEntries(
    layers.flatMap(([module, parameters]) => {
      const values = stored.read(parameters);
      return parameters.map((parameter) => {
        const kind = parameter.name.endsWith(".bias") ? "bias" : "weight";
        return [`${module}.${kind}`, outputsFirst(parameter, values[parameter.name]!)] as const;
      });
    }),
  );
}

/** A linear layer as Transformers stores it: outputs × inputs. */
function outputsFirst({ shape }: Parameter, values: Float32Array): StoredTensor {
  if (shape.length === 1) return { shape, data: values };
  const [inputs, outputs] = shape as [number, number];
  const data = new Float32Array(values.length);
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) data[output * inputs + input] = values[input * outputs + output]!;
  }
  return { shape: [outputs, inputs], data };
}
