import { JobFailure } from "#runtime/contract/job-context.ts";
import type { EngineName } from "#runtime/engines/engine.ts";
import { chooseEngine } from "#runtime/engines/table.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import type { Head } from "#runtime/models/families/family.ts";
import { joined, parted, sourcesOf } from "#runtime/models/families/weights.ts";
import { headLayerName } from "#runtime/models/head.ts";
import { type Parameter, readsStates } from "#runtime/models/parameters.ts";
import { gradientOf, type VerificationSettings, verificationProgram } from "#runtime/programs/verification.ts";
import { readSafetensors, type StoredTensor } from "#runtime/runs/safetensors.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { type CheckpointBatch, checkpointBatch } from "./batch.ts";
import { type Checkpoint, openCheckpoint, requireUsable, warningsOf } from "./checkpoint.ts";

export interface VerifiedTensor {
  name: string;
  shape: readonly number[];
  /**
   * Largest |found − expected| over the positions with tokens; of a tensor with numbers above 1, as a share of the largest
   * expected one, since that is what rounding errors grow with. Null: the checkpoint gives no such tensor.
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

/** Gradients pass through every layer twice: their norms may differ ten times as much. */
const gradientTolerance = 10;

/** Holds a checkpoint's results on a stored batch against stored ones. Both files are safetensors under Transformers' names. */
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
  const wanted = Object.keys(expected).sort(byNumbers);
  const gradients = wanted.some((name) => name.startsWith(gradientPrefix));
  if (gradients && !batch.sizes.labelled)
    throw new JobFailure(`${options.expected} has gradients, and ${options.batch} no labels to take them from`);
  const { engine, outputs, settings } = await outputsOf(checkpoint, batch, gradients, options.engine);
  const norms = gradients ? gradientNorms(checkpoint, settings, outputs) : {};
  const tensors = wanted.map((name): VerifiedTensor => {
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

/** Everything that the checkpoint gives for a batch, under Transformers' names. */
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

/** The weights of a head's layers, (inputs, outputs), and their biases. */
function headWeights({ folder, find, tensors }: Checkpoint, { layers }: Head): { parameter: Parameter; values: Float32Array }[] {
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
      { parameter: of("weight", [inputs, outputs]), values: joined(sources, [weight.data as Float32Array]) },
      { parameter: of("bias", [outputs]), values: bias.data as Float32Array },
    ];
  });
}

/** By Transformers' names, of each part of a weight that we keep as one. */
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
      // a tensor that several names share may stand under another than Transformers counts it by
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

/** Which numbers of a tensor count: those of positions with a token, as query and as key. */
function countedBy(name: string, { model, head }: Checkpoint, { mask, decoderMask, sizes }: CheckpointBatch): (at: number[]) => boolean {
  const { length, decoderLength } = sizes;
  const twoSided = model.architecture === "encoder-decoder";
  const input = (b: number, t: number) => mask[b * length + t] === 1;
  const decoder = (b: number, t: number) => decoderMask[b * decoderLength + t] === 1;
  const own = twoSided && !name.startsWith("encoder_") ? decoder : input;
  if (name === "loss" || name.startsWith(gradientPrefix)) return () => true;
  const [queries, keys] = [own, name.startsWith("cross_") ? input : own];
  if (name.includes("attentions.")) return ([b, , q, k]) => queries(b!, q!) && keys(b!, k!);
  // a label of the whole text has no positions
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

/** `layers.2` before `layers.10`. */
function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
