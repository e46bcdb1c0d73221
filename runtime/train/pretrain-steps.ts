import type { JobContext } from "#runtime/contract/job-context.ts";
import type { PretrainJob } from "#runtime/contract/plan.ts";
import { openDataSet } from "#runtime/encoding/data-sets.ts";
import { isTextObjective } from "#runtime/objectives/objective-table.ts";
import { partSchedule } from "#runtime/objectives/part-schedule.ts";
import { fixedParameters, pretrainingParameters, pretrainingParts } from "#runtime/programs/parts.ts";
import type { Part, TrainingSettings } from "#runtime/programs/training-program.ts";
import { readInput } from "#runtime/runs/inspect-folder.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { withMasks } from "./dropout-masks.ts";
import { countNotes, frameFor } from "./labelled-texts.ts";
import type { LoopStep } from "./loop.ts";
import { supervisedBatches } from "./supervised-batches.ts";
import { type BatchSource, textBatches } from "./text-batches.ts";
import type { WatchedPart } from "./watch-learning.ts";

export function pretrainSettings(job: PretrainJob): TrainingSettings {
  const parts = pretrainingParts(job.model, job.objective, job.steps);
  const main = mainPart(watchedParts(job, parts));
  return {
    model: job.model,
    parts,
    batch: job.batch / job.accumulate,
    accumulates: job.accumulate > 1,
    optimizer: job.optimizer,
    dropout: job.model.dropout,
    precision: job.precision,
    ...(job.labelSmoothing === undefined ? {} : { labelSmoothing: job.labelSmoothing }),
    ...(job.ema === undefined ? {} : { ema: job.ema }),
    ...(job.zLoss === undefined ? {} : { zLoss: job.zLoss }),
    trained: pretrainingParameters(job.model, parts),
    frozen: fixedParameters(job.model),
    ...(main ? { watched: main.part } : {}),
  };
}

/** The objective's parts over raw text that have steps. */
export function watchedParts(job: Pick<PretrainJob, "objective" | "steps">, parts: readonly Part[]): WatchedPart[] {
  const schedule = partSchedule(job.objective, job.steps);
  return schedule.parts.flatMap(({ name, objective }, index): WatchedPart[] => {
    const [part, steps] = [parts[index]!, schedule.counts[index]!];
    if (steps === 0 || part.kind !== "text" || !isTextObjective(objective)) return [];
    return [{ objective, part, steps, index, ...(schedule.parts.length > 1 ? { name } : {}) }];
  });
}

/** The text part with the most steps, which has the scores, so that each metric is there once. */
export function mainPart(texts: readonly WatchedPart[]): WatchedPart | undefined {
  return texts.toSorted((a, b) => b.steps - a.steps)[0];
}

export type PretrainInputs = Pick<JobContext, "folderOf" | "emit">;

/** What each step of a pre-training reads: a function of (job, step). Throws `JobFailure` where a task's files changed. */
export async function pretrainSteps(job: PretrainJob, { folderOf, emit }: PretrainInputs): Promise<(step: number) => LoopStep> {
  const settings = pretrainSettings(job);
  const tokenizer = openTokenizer(folderOf(job.tokenizer));
  const { vocabulary } = tokenizer;
  const encoded = folderOf(job.encoded);
  const stream = openDataSet(encoded, readInput(encoded, "encode"), "train");
  const sizes = { batch: job.batch, accumulate: job.accumulate };
  const schedule = partSchedule(job.objective, job.steps);
  const sources = await Promise.all(
    schedule.parts.map(async ({ objective }, i): Promise<BatchSource> => {
      const part = settings.parts[i]!;
      if (part.kind === "text" && isTextObjective(objective))
        return textBatches({ stream, objective, layout: part.layout, vocabulary, seed: job.seed, part: i, ...sizes });
      if (objective.kind !== "supervised") throw new Error(`part ${part.name} and its objective ${objective.kind} differ`);
      return supervisedBatches(objective.task, {
        part,
        model: job.model,
        tokenizer,
        frame: frameFor(job.model, tokenizer),
        context: job.model.context,
        emit,
        counted: countNotes(emit, schedule.parts[i]!.name),
        seed: job.seed,
        ...sizes,
      });
    }),
  );
  return (step) => {
    const { part: at, index } = schedule.partOf(step - 1);
    const part = settings.parts[at]!;
    const { batches, ...counts } = sources[at]!.at(index);
    const name = schedule.parts.length > 1 ? { name: schedule.parts[at]!.name } : {};
    return { part, batches: withMasks(settings, part, batches, [job.seed, step]), ...counts, ...name };
  };
}
