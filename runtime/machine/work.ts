import type { FinetuneJob, PretrainJob } from "#runtime/contract/plan.ts";

/** Jobs that spend their time on training. */
export type TrainingJob = PretrainJob | FinetuneJob;

/**
 * The work of a step, in FLOPs of a large step that takes as long. Small operations are less efficient: steps of 1.6e8, 5.7e9 and 6.5e10
 * FLOPs run at 0.29, 0.83 and 0.96 of the speed of large ones (docs/performance.md: `tiny`, `small`, `medium` on `onnx`).
 */
export function stepWork(flops: number, accumulate = 1): number {
  const each = flops / accumulate;
  return each === 0 ? 0 : flops * (1 + (smallStep / each) ** steepness);
}

const smallStep = 6e8;
const steepness = 0.7;

/** The estimated number of steps of a fine-tuning. With `patience`, it may end earlier; long contexts become several windows. */
export function finetuningSteps({ settings: { epochs, batch, patience }, examples, task }: FinetuneJob): {
  steps: number;
  certainty: "exact" | "at most" | "about";
} {
  const steps = epochs * Math.ceil(examples.train / batch);
  if (task.kind === "span_question_answering") return { steps, certainty: "about" };
  return { steps, certainty: patience === undefined ? "exact" : "at most" };
}

/** FLOPs of all steps of a training; for a fine-tuning, with the actual lengths of the texts instead of the context. */
export function trainingFlops(job: TrainingJob): number {
  if (job.kind === "pretrain") return job.cost.flopsPerStep * job.steps;
  return job.cost.flopsPerStep * job.fill * finetuningSteps(job).steps;
}

/**
 * The work of a job, in the unit of `stepWork`. It includes the validations of a fine-tuning, which read as many texts as the splits have.
 * `steps`: the number of steps, if the job is done.
 */
export function workOf(job: TrainingJob, steps?: number): number {
  if (job.kind === "pretrain") return stepWork(job.cost.flopsPerStep, job.accumulate) * job.steps;
  const { batch, accumulate, train } = job.settings;
  const each = stepWork(job.cost.flopsPerStep * job.fill, accumulate);
  const planned = finetuningSteps(job).steps;
  const epochs = planned === 0 ? 0 : (job.settings.epochs * (steps ?? planned)) / planned;
  const scored = (epochs * job.examples.validation) / batch;
  return each * ((steps ?? planned) + scored * (train.kind === "head" ? 1 : forwardShare));
}

/** The share of the forward pass in the FLOPs of forward and backward. */
const forwardShare = 1 / 3;
