import { groupBy } from "#runtime/contract/group.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { Flaw } from "#runtime/models/checkpoints/flaws.ts";
import { type OpenedCheckpoint, openedCheckpoint } from "#runtime/models/checkpoints/open.ts";
import { CheckpointError } from "#runtime/models/families/config.ts";
import { joined } from "#runtime/models/families/weights.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { disk } from "#runtime/runs/disk.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";

/** A model in Transformers' form: config.json and model.safetensors, in one file or in shards. */
export interface Checkpoint extends Omit<OpenedCheckpoint, "tensors"> {
  /** Values of parameters, by our names. */
  read(parameters: readonly Parameter[]): Record<string, Float32Array>;
  /** Tensors as they are stored. */
  tensors(names: readonly string[]): Record<string, { shape: readonly number[]; data: Float32Array }>;
}

const remedy = "Download or copy the checkpoint again";

/** Reads what a folder holds, but no weights yet. Throws `JobFailure` where it cannot be used. */
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
    read(wanted) {
      const sources = wanted.map((parameter) => opened.sources(parameter));
      const stored = tensors([...new Set(sources.flatMap((each) => each.tensors.map(({ name }) => name)))]);
      return Object.fromEntries(
        wanted.map((parameter, i) => [
          parameter.name,
          joined(
            sources[i]!,
            sources[i]!.tensors.map(({ name }) => stored[name]!.data),
          ),
        ]),
      );
    },
  };
}

/** Throws `JobFailure` with the first flaw that prevents one of these. What a pre-training left has none. */
export function requireUsable(checkpoint: Checkpoint | undefined, ...uses: readonly NonNullable<Flaw["prevents"]>[]): void {
  const flaw = checkpoint?.flaws.find(({ prevents }) => prevents !== null && uses.includes(prevents));
  if (flaw) throw new JobFailure(flaw.message);
}

/** What is to be known of it by who uses it all the same. `required`: what was required of it, and so is said already. */
export function warningsOf(checkpoint: Checkpoint | undefined, ...required: readonly NonNullable<Flaw["prevents"]>[]): string[] {
  const predicts = checkpoint?.head?.kind === "tokens" && !required.includes("prediction");
  const told = checkpoint?.flaws.filter(({ prevents }) => prevents === null || (predicts && prevents === "prediction"));
  return told?.map(({ message }) => message) ?? [];
}

/** Numbers that are none would become all of a model's numbers. */
function finite(folder: string, name: string, data: Float32Array | Int32Array): Float32Array {
  const values = data instanceof Float32Array ? data : Float32Array.from(data);
  // a bias may shut out an entry of the vocabulary
  const isWrong = name.endsWith("final_logits_bias") ? Number.isNaN : (value: number) => !Number.isFinite(value);
  const at = values.findIndex(isWrong);
  if (at < 0) return values;
  throw new JobFailure(`${folder}: tensor ${name} holds ${values[at]} (number ${at + 1} of ${values.length}). ${remedy}`);
}

/** What cannot be opened, as a failure that the command line and jobs say. */
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
