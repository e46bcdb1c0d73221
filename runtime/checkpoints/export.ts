import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { type AsFamily, familyOf } from "#runtime/models/families/as-family.ts";
import { parted, sourcesOf } from "#runtime/models/families/checkpoint-tensors.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import { type Parameter, parametersOf, readsStates } from "#runtime/models/parameters.ts";
import { type StoredTensor, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { writeJson, writeWhole } from "#runtime/runs/whole-files.ts";
import { absent, rolesOf, tokensOf } from "#runtime/tokenizers/roles.ts";
import type { TokenizerJson } from "#runtime/tokenizers/tokenizer-json.ts";
import { requireUsable } from "./checkpoint.ts";
import { type Electra, electraOf } from "./electra-classes.ts";
import type { StoredModel } from "./stored-model.ts";

/** A folder that Transformers' `from_pretrained` can load, and the class for it. */
export interface Exported {
  folder: string;
  className: string;
  /** How the class differs from what the model has learned. */
  differs?: string;
}

/**
 * Exports what was trained, with the model itself first. Throws `JobFailure` if no family fits. Untrained heads are not written: a model
 * that did not learn to predict tokens becomes ELECTRA's discriminator, with its generator next to it, or a model without a head.
 */
export function exportToTransformers(stored: StoredModel, to: string): Exported[] {
  if (existsSync(to) && readdirSync(to).length > 0) throw new JobFailure(`${to} exists and is not empty; name a new folder`);
  requireUsable(stored.checkpoint, "text", "prediction");
  const electra = electraOf(stored);
  if (electra) return writeElectra(electra, to);
  const as = fitting(stored);
  const className = Object.entries(as.family.heads).find(([, head]) => head.kind === "tokens")![0];
  if (stored.predicts) return [write(stored, as, { className, to, isRequested: () => true })];
  const body = className.replace(/(?:For[A-Z]|LMHead|WithLMHead).*$/, "Model");
  return [write(stored, as, { className: body, to, isRequested: ({ name }) => !readsStates(name) })];
}

function writeElectra({ discriminator, head, generator }: Electra, to: string): Exported[] {
  const isRequested = ({ name }: Parameter) => !readsStates(name);
  const inside = join(to, "generator");
  return [
    write(discriminator.stored, discriminator.as, { className: "ElectraForPreTraining", to, isRequested, head: head() }),
    write(generator.stored, generator.as, { className: "ElectraForMaskedLM", to: inside, isRequested: () => true }),
  ];
}

interface Written {
  className: string;
  to: string;
  isRequested(parameter: Parameter): boolean;
  /** Tensors of a head. */
  head?: Record<string, StoredTensor>;
}

function write(stored: StoredModel, as: AsFamily, { className, to, isRequested, head }: Written): Exported {
  const { family, model } = as;
  const tensors: Record<string, StoredTensor> = { ...head };
  for (const [parameter, values] of valuesAs(stored, as, isRequested)) {
    const sources = sourcesOf(family, model, parameter)!;
    for (const [i, data] of parted(sources, values).entries()) {
      const { name, shape } = sources.tensors[i]!;
      tensors[name] = { shape, data };
    }
  }
  const tokenizer = stored.tokenizer();
  makeFolders(to);
  writeSafetensors(join(to, "model.safetensors"), tensors, { format: "pt" });
  const original = originalConfig(stored);
  const config = { ...(original ?? tokenIds(tokenizer, model.architecture)), ...as.config };
  const whole = { ...config, architectures: [className], model_type: family.type, dtype: "float32" };
  writeWhole(join(to, "config.json"), pythonJson(whole));
  writeJson(join(to, "tokenizer.json"), tokenizer);
  writeJson(join(to, "tokenizer_config.json"), tokenizerConfig(tokenizer, model.context));
  return { folder: to, className, ...(stored.model.readsPrefix ? { differs: withoutPrefix(className) } : {}) };
}

function withoutPrefix(className: string): string {
  return `the model was trained with a prefix, which it reads in both directions. In ${className}, every token attends only to those before it, so in Transformers the model gives other numbers and performs worse`;
}

/** JSON for Python, which distinguishes 0.0 from 0; Transformers expects fractions for some settings. */
function pythonJson(value: unknown): string {
  const fraction = /("[^"]*(?:drop|prob|eps|std|range|factor|theta)[^"]*": -?\d+)(?=,?$)/gm;
  return `${JSON.stringify(value, null, 2).replace(fraction, "$1.0")}\n`;
}

function fitting({ model }: StoredModel): AsFamily {
  try {
    return familyOf(model);
  } catch (error) {
    if (error instanceof CheckpointError) throw new JobFailure(error.message);
    throw error;
  }
}

/** All weights of the model as a member of the family; a weight that the model lacks must be a bias, and is 0. */
function valuesAs(
  stored: StoredModel,
  { model, scalesQueries }: AsFamily,
  isRequested: (parameter: Parameter) => boolean,
): [Parameter, Float32Array][] {
  const held = new Set(stored.parameters.map(({ name }) => name));
  const parameters = parametersOf(model).filter(isRequested);
  const values = stored.read(parameters.filter(({ name }) => held.has(name)));
  return parameters.map((parameter): [Parameter, Float32Array] => {
    const { name, shape } = parameter;
    const found = values[name];
    if (!found && !name.endsWith(".bias")) throw new JobFailure(`${stored.folder} has no ${name}, without which it cannot be exported`);
    const own = found ?? new Float32Array(sizeOf(shape));
    return [parameter, scalesQueries && name.includes("attention.query") ? scaled(own, parameter, stored) : own];
  });
}

/** Scales the columns of the queries, which come first. */
function scaled(values: Float32Array, { shape }: Parameter, { model }: StoredModel): Float32Array {
  const { headWidth: width, heads } = model;
  const [columns, queries] = [shape.at(-1)!, heads * width];
  return values.map((value, i) => (i % columns < queries ? value / Math.sqrt(width) : value));
}

/** The config.json of the original checkpoint, for settings that ours lack; undefined if there was none or it no longer exists. */
function originalConfig({ checkpoint, folder, model }: StoredModel): Record<string, unknown> | undefined {
  const path = join(checkpoint ? folder : (model.weights?.folder ?? ""), "config.json");
  if (!checkpoint && (!model.weights || !existsSync(path))) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

function tokenIds(tokenizer: TokenizerJson, architecture: string): Record<string, unknown> {
  const { pad, begin, end } = rolesOf(tokenizer);
  const start = architecture === "encoder-decoder" ? { decoder_start_token_id: begin } : {};
  return { pad_token_id: pad, bos_token_id: begin, eos_token_id: end, ...start };
}

function tokenizerConfig(tokenizer: TokenizerJson, context: number): Record<string, unknown> {
  const roles = rolesOf(tokenizer);
  const tokens = tokensOf(tokenizer);
  const named = { bos_token: roles.begin, eos_token: roles.end, unk_token: roles.unknown, pad_token: roles.pad, mask_token: roles.mask };
  const special = Object.entries(named).filter(([, id]) => id !== absent);
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_max_length: context,
    ...Object.fromEntries(special.map(([name, id]) => [name, tokens[id]])),
  };
}
