import { join } from "node:path";
import { type Checkpoint, openCheckpoint } from "#runtime/checkpoints/checkpoint.ts";
import { type JobContext, JobFailure } from "#runtime/contract/job-context.ts";
import type { EvaluateJob, FinetuneJob, ResolvedModel } from "#runtime/contract/plan.ts";
import { initialValues, type Parameter, pooler, readsStates } from "#runtime/models/parameters.ts";
import type { Vocabulary } from "#runtime/objectives/objective.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import { readSafetensors } from "#runtime/runs/safetensors.ts";
import { keptWeightsFile } from "#runtime/runs/store.ts";
import type { Values } from "./trainer.ts";

/** The initial values of all parameters: drawn, or those of the model's checkpoint. */
export function startingValues(model: ResolvedModel, parameters: readonly Parameter[], seed: number, context: JobContext): Values {
  const drawn = (some: readonly Parameter[]) =>
    Object.fromEntries(some.map((parameter) => [parameter.name, initialValues(parameter, seed)]));
  if (!model.weights) return drawn(parameters);
  const checkpoint = openCheckpoint(model.weights.folder);
  const stored = new Set(checkpoint.parameters.map(({ name }) => name));
  const fresh = parameters.filter(({ name }) => !stored.has(name));
  for (const message of toBeKnown(checkpoint, fresh)) context.emit({ event: "warning", message, note: message });
  return { ...drawn(fresh), ...checkpoint.read(parameters.filter(({ name }) => stored.has(name))) };
}

/** What a model on a task starts from: the weights of a pre-training, as at a step of it, or those of the model. */
export function weightsOfJob(
  job: Pick<FinetuneJob | EvaluateJob, "from" | "at" | "model" | "seed">,
  parameters: readonly Parameter[],
  context: JobContext,
): Values {
  const values = startingValues(job.from === null ? job.model : withoutCheckpoint(job.model), parameters, job.seed, context);
  if (job.from === null) return values;
  // what the task adds (head, low-rank pairs) stays fresh
  const folder = context.folderOf(job.from);
  const { tensors } = readSafetensors(job.at === undefined ? join(folder, "model.safetensors") : keptWeightsFile(folder, job.at));
  for (const name of Object.keys(values)) {
    const stored = tensors[name];
    if (stored) values[name] = stored.data as Float32Array;
  }
  return values;
}

/** Notes on a checkpoint that is trained further: its flaws, parameters that are drawn, and its own head, which a new one replaces. */
function toBeKnown({ flaws, head, className, folder }: Checkpoint, fresh: readonly Parameter[]): string[] {
  const drawn = fresh.filter(({ name }) => readsStates(name));
  const others = drawn.filter(({ name }) => name.startsWith(`${pooler}.`)).map(({ name }) => name);
  const noted = flaws.filter(({ prevents }) => prevents === null || (prevents === "prediction" && drawn.length > others.length));
  return [
    ...noted.map(({ message }) => message),
    ...(others.length > 0 ? [`the checkpoint has no ${others.join(", ")}: freshly initialised`] : []),
    ...(head && head.layers.length > 0
      ? [
          `${folder} is a ${className}, and its ${head.layers.map(({ module }) => module).join(" and ")} are not used: the heads of tasks are new`,
        ]
      : []),
  ];
}

/** The same model where its weights come from elsewhere. */
export function withoutCheckpoint({ weights: _, ...model }: ResolvedModel): ResolvedModel {
  return model;
}

/** Every id of the tokenizer has its row in the model. */
export function checkVocabulary({ model }: { model: ResolvedModel }, { size }: Vocabulary): void {
  if (model.weights ? size <= model.input.vocabulary : size === model.input.vocabulary) return;
  if (!model.weights) throw new JobFailure(`the tokenizer has ${size} entries and the model ${model.input.vocabulary} rows; plan again`);
  throw new JobFailure(
    `the tokenizer of ${model.weights.folder} has ${size} entries and the model's embeddings ${model.input.vocabulary} rows: they are not of the same model. Copy the checkpoint again`,
  );
}

/** A tokenizer that was not trained here may lack the sentinels that an objective puts in place of spans. Throws `JobFailure`. */
export function checkSentinels(parts: readonly Part[], { sentinels }: Vocabulary): void {
  const needed = Math.max(0, ...parts.map((part) => (part.kind === "text" ? part.layout.sentinels : 0)));
  if (needed <= sentinels) return;
  throw new JobFailure(
    `the objective hides up to ${needed} spans of a sequence and needs a sentinel (<extra_id_0>, …) for each, and the tokenizer has ${sentinels}; ` +
      "take a longer mean_span, a lower rate, a shorter context, replace: mask, or a tokenizer with sentinels",
  );
}
