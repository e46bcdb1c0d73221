import type { FinetuneJob, PretrainJob } from "#runtime/contract/plan.ts";

/** Jobs whose time goes into training. */
export type TrainingJob = PretrainJob | FinetuneJob;

/**
 * What a step takes, as FLOPs of a large step. Small operations keep a machine waiting: steps of 1.6e8, 5.7e9 and 6.5e10 FLOPs run at
 * 0.29, 0.83 and 0.96 of the speed that large ones reach (docs/performance.md: `tiny`, `small`, `medium` on `onnx`).
 */
export function stepWork(flops: number, accumulate = 1): number {
  const each = flops / accumulate;
  return each === 0 ? 0 : flops * (1 + (smallStep / each) ** steepness);
}

const smallStep = 6e8;
const steepness = 0.7;

/** How many steps a fine-tuning takes: with `patience` it may end sooner; long contexts become several windows, which read on. */
export function finetuningSteps({ settings: { epochs, batch, patience }, examples, task }: FinetuneJob): {
  steps: number;
  certainty: "exact" | "at most" | "about";
} {
  const steps = epochs * Math.ceil(examples.train / batch);
  if (task.kind === "span_question_answering") return { steps, certainty: "about" };
  return { steps, certainty: patience === undefined ? "exact" : "at most" };
}

/** Of all steps. For a fine-tuning with texts of their length, not of the context's. */
export function trainingFlops(job: TrainingJob): number {
  if (job.kind === "pretrain") return job.cost.flopsPerStep * job.steps;
  return job.cost.flopsPerStep * job.fill * finetuningSteps(job).steps;
}

/**
 * Of a job, in the unit of `stepWork`, with its validations where they count: those of a fine-tuning read as many texts as the
 * splits have. `steps`: where it is done, how many it took.
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

/** Of forward and backward, what forward alone takes. */
const forwardShare = 1 / 3;
