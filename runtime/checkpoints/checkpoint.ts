import { groupBy } from "#runtime/contract/group.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { CheckpointFlaw } from "#runtime/models/checkpoints/flaws.ts";
import { type OpenedCheckpoint, openedCheckpoint } from "#runtime/models/checkpoints/open.ts";
import { joinedSources } from "#runtime/models/families/checkpoint-tensors.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { disk } from "#runtime/runs/disk.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";

/** A model in Transformers' format: config.json and model.safetensors, as one file or in shards. */
export interface Checkpoint extends Omit<OpenedCheckpoint, "tensors"> {
  /** Values of parameters, by our names. */
  read(parameters: readonly Parameter[]): Record<string, Float32Array>;
  /** Tensors as stored in the files. */
  tensors(names: readonly string[]): Record<string, { shape: readonly number[]; data: Float32Array }>;
}

const remedy = "Download or copy the checkpoint again";

/** Opens the checkpoint in a folder without reading weights. Throws `JobFailure` if it cannot be used. */
export function openCheckpoint(folder: string): Checkpoint {
  const opened = failing(folder, () => openedCheckpoint(folder, disk));
  const tensors: Checkpoint["tensors"] = (names) => {
    const byFile = groupBy(names, (name) => opened.tensors.get(name)!.path);
    const read = [...byFile].map(([file, own]) => readSafetensors(file, own, remedy).tensors);
    const all = Object.assign({}, ...read) as ReturnType<typeof readSafetensors>["tensors"];
    return Object.fromEntries(Object.entries(all).map(([name, { shape, data }]) => [name, { shape, data: finite(folder, name, data) }]));
  };
  return {
    ...opened,
    tensors,
    read(requested) {
      const sources = requested.map((parameter) => opened.sources(parameter));
      const stored = tensors([...new Set(sources.flatMap((each) => each.tensors.map(({ name }) => name)))]);
      return Object.fromEntries(
        requested.map((parameter, i) => [
          parameter.name,
          joinedSources(
            sources[i]!,
            sources[i]!.tensors.map(({ name }) => stored[name]!.data),
          ),
        ]),
      );
    },
  };
}

/** Throws `JobFailure` with the first flaw that prevents one of these uses. The result of a pre-training has no flaws. */
export function requireUsable(checkpoint: Checkpoint | undefined, ...uses: readonly NonNullable<CheckpointFlaw["prevents"]>[]): void {
  const flaw = checkpoint?.flaws.find(({ prevents }) => prevents !== null && uses.includes(prevents));
  if (flaw) throw new JobFailure(flaw.message);
}

/** Warnings about a checkpoint that is used in spite of flaws. `required`: uses that were required, whose flaws were reported already. */
export function warningsOf(checkpoint: Checkpoint | undefined, ...required: readonly NonNullable<CheckpointFlaw["prevents"]>[]): string[] {
  const predicts = checkpoint?.head?.kind === "tokens" && !required.includes("prediction");
  const told = checkpoint?.flaws.filter(({ prevents }) => prevents === null || (predicts && prevents === "prediction"));
  return told?.map(({ message }) => message) ?? [];
}

/** Throws if a tensor contains numbers that are not finite, which would spread to all numbers of a model. */
function finite(folder: string, name: string, data: Float32Array | Int32Array): Float32Array {
  const values = data instanceof Float32Array ? data : Float32Array.from(data);
  // a bias of −∞ may exclude an entry of the vocabulary
  const isWrong = name.endsWith("final_logits_bias") ? Number.isNaN : (value: number) => !Number.isFinite(value);
  const at = values.findIndex(isWrong);
  if (at < 0) return values;
  throw new JobFailure(`${folder}: tensor ${name} contains ${values[at]} (number ${at + 1} of ${values.length}). ${remedy}`);
}

/** Opens something, and turns errors into a `JobFailure`, which the command line and jobs report. */
function failing<T>(folder: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof CheckpointError) throw new JobFailure(error.message);
    if (error instanceof Error && "code" in error && "syscall" in error)
      throw new JobFailure(`${folder} cannot be read: ${error.message}. Check its permissions, or copy the checkpoint again`);
    throw error;
  }
}
