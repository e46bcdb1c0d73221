import { JobFailure } from "#runtime/contract/job-context.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { chooseEngine } from "#runtime/engines/engine-table.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { headLayerName } from "#runtime/models/apply-head.ts";
import { joinedSources, parted, sourcesOf } from "#runtime/models/families/checkpoint-tensors.ts";
import type { FamilyHead } from "#runtime/models/families/family.ts";
import { type Parameter, readsStates } from "#runtime/models/parameters.ts";
import { gradientOf, type VerificationSettings, verificationProgram } from "#runtime/programs/verification.ts";
import { readSafetensors, type StoredTensor } from "#runtime/runs/safetensors.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { type Checkpoint, openCheckpoint, requireUsable, warningsOf } from "./checkpoint.ts";
import { type CheckpointBatch, checkpointBatch } from "./checkpoint-batch.ts";

export interface VerifiedTensor {
  name: string;
  shape: readonly number[];
  /**
   * Maximum |found − expected| over the positions with tokens. If a tensor has numbers above 1, it is divided by the largest expected one,
   * with which rounding errors grow. Null: the checkpoint has no such tensor.
   */
  maxDifference: number | null;
  passed: boolean;
}

export interface VerifyOptions {
  batch: string;
  expected: string;
  tolerance: number;
  engine: EngineName | "auto";
}

/** Factor of the tolerance for gradient norms, which may differ more, since gradients pass through every layer twice. */
const gradientTolerance = 10;

/** Compares a checkpoint's results on a stored batch with stored ones. Both files are safetensors with Transformers' names. */
export async function verify(
  folder: string,
  options: VerifyOptions,
  onWarning?: (message: string) => void,
): Promise<{ engine: EngineName; tensors: VerifiedTensor[] }> {
  const checkpoint = openCheckpoint(folder);
  requireUsable(checkpoint, "head", ...(checkpoint.head?.kind === "tokens" ? (["prediction"] as const) : []));
  for (const warning of warningsOf(checkpoint, "prediction")) onWarning?.(warning);
  const remedy = "Write the file again";
  const batch = checkpointBatch(checkpoint, readSafetensors(options.batch, undefined, remedy).tensors, options.batch);
  const { tensors: expected } = readSafetensors(options.expected, undefined, remedy);
  const requested = Object.keys(expected).sort(byNumbers);
  const gradients = requested.some((name) => name.startsWith(gradientPrefix));
  if (gradients && !batch.sizes.labelled)
    throw new JobFailure(`${options.expected} has gradients, but ${options.batch} has no labels to compute them from`);
  const { engine, outputs, settings } = await outputsOf(checkpoint, batch, gradients, options.engine);
  const norms = gradients ? gradientNorms(checkpoint, settings, outputs) : {};
  const tensors = requested.map((name): VerifiedTensor => {
    const { shape, data } = expected[name]!;
    const isGradient = name.startsWith(gradientPrefix);
    const found = isGradient ? norms[name.slice(gradientPrefix.length)] : outputs[name];
    if (found?.length !== data.length) return { name, shape, maxDifference: null, passed: false };
    const maxDifference = largestDifference(found as Float32Array, { shape, data }, countedBy(name, checkpoint, batch));
    const passed = maxDifference <= options.tolerance * (isGradient ? gradientTolerance : 1);
    return { name, shape, maxDifference, passed };
  });
  return { engine, tensors };
}

const gradientPrefix = "grad_norm.";

/** All outputs of a checkpoint for a batch, with Transformers' names. */
export async function outputsOf(checkpoint: Checkpoint, batch: CheckpointBatch, gradients: boolean, engineName: EngineName | "auto") {
  const { model, head } = checkpoint;
  const own = checkpoint.parameters.filter(({ name }) => head?.kind === "tokens" || !readsStates(name));
  const heads = head ? headWeights(checkpoint, head) : [];
  const parameters = [...own, ...heads.map(({ parameter }) => parameter)];
  const settings: VerificationSettings = { model, head, parameters, gradients, ...batch.sizes };
  const { engine } = await chooseEngine(engineName, { threads: threadsFor(1) });
  const session = await engine.open(verificationProgram(settings));
  try {
    await session.write(checkpoint.read(own));
    await session.write(Object.fromEntries(heads.map(({ parameter, values }) => [parameter.name, values])));
    return { engine: engine.name, outputs: await session.call("verify", batch.arrays), settings };
  } finally {
    await session.close();
  }
}

/** The weights of a head's layers, (inputs, outputs), with their biases. */
function headWeights({ folder, find, tensors }: Checkpoint, { layers }: FamilyHead): { parameter: Parameter; values: Float32Array }[] {
  return layers.flatMap(({ module }, i) => {
    const names = ["weight", "bias"].map((kind) => find(`${module}.${kind}`, false));
    if (names.some((name) => name === undefined))
      throw new JobFailure(`${folder} has no ${module}, which the class in its config.json needs`);
    const stored = tensors(names as string[]);
    const [weight, bias] = names.map((name) => stored[name!]!) as [StoredTensor, StoredTensor];
    const [outputs, inputs] = weight.shape as [number, number];
    const sources = { tensors: [{ name: module, body: false, shape: [outputs, inputs] }], transposed: true };
    const of = (kind: string, shape: number[]): Parameter => ({
      name: `${headLayerName(i)}.${kind}`,
      shape,
      initial: { constant: 0 },
      decay: false,
      embedding: false,
      layer: Number.POSITIVE_INFINITY,
    });
    return [
      { parameter: of("weight", [inputs, outputs]), values: joinedSources(sources, [weight.data as Float32Array]) },
      { parameter: of("bias", [outputs]), values: bias.data as Float32Array },
    ];
  });
}

/** Gradient norms by Transformers' names, also for the parts of weights that are joined in our parameters. */
function gradientNorms(checkpoint: Checkpoint, { parameters }: VerificationSettings, outputs: Arrays): Record<string, Float32Array> {
  const norms: Record<string, Float32Array> = {};
  for (const parameter of parameters) {
    const gradient = outputs[gradientOf(parameter.name)] as Float32Array | undefined;
    if (!gradient) continue;
    const head = /^head\.(\d+)\.(\w+)$/.exec(parameter.name);
    if (head) {
      norms[`${checkpoint.head!.layers[Number(head[1])]!.module}.${head[2]}`] = Float32Array.of(norm(gradient));
      continue;
    }
    const sources = sourcesOf(checkpoint.family, checkpoint.model, parameter)!;
    for (const [i, part] of parted(sources, gradient).entries()) {
      const { name, body } = sources.tensors[i]!;
      const value = Float32Array.of(norm(part));
      // a tensor with several names may have another name in the file than the one that Transformers uses for it
      for (const known of [name, checkpoint.find(name, body)!]) norms[known] = value;
    }
  }
  return norms;
}

function norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Selects the numbers of a tensor that count: those of positions with a token, both as query and as key. */
function countedBy(name: string, { model, head }: Checkpoint, { mask, decoderMask, sizes }: CheckpointBatch): (at: number[]) => boolean {
  const { length, decoderLength } = sizes;
  const twoSided = model.architecture === "encoder-decoder";
  const input = (b: number, t: number) => mask[b * length + t] === 1;
  const decoder = (b: number, t: number) => decoderMask[b * decoderLength + t] === 1;
  const own = twoSided && !name.startsWith("encoder_") ? decoder : input;
  if (name === "loss" || name.startsWith(gradientPrefix)) return () => true;
  const [queries, keys] = [own, name.startsWith("cross_") ? input : own];
  if (name.includes("attentions.")) return ([b, , q, k]) => queries(b!, q!) && keys(b!, k!);
  // a label for the whole text has no positions
  if (head?.kind === "classification" && name === "logits") return () => true;
  return ([b, t]) => queries(b!, t!);
}

function largestDifference(found: ArrayLike<number>, { shape, data }: StoredTensor, counts: (at: number[]) => boolean): number {
  let [largest, scale] = [0, 1];
  for (const [i, expected] of data.entries()) {
    if (!counts(indices(i, shape))) continue;
    const difference = Math.abs(found[i]! - expected);
    if (Number.isNaN(difference)) return difference;
    largest = Math.max(largest, difference);
    scale = Math.max(scale, Math.abs(expected));
  }
  return largest / scale;
}

function indices(flat: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let left = flat;
  for (const size of shape.toReversed()) {
    at.unshift(left % size);
    left = Math.floor(left / size);
  }
  return at;
}

/** Compares names by the numbers in them: `layers.2` is before `layers.10`. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
