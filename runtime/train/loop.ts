import { type JobContext, JobStopped } from "../jobs/context.ts";
import type { Part } from "../programs/training.ts";
import { latestCheckpointPath } from "./checkpoints.ts";
import { type Counters, checkFinite, checkpointClock, shareOf, speedometer } from "./progress.ts";
import type { StepBatches } from "./text-batches.ts";
import type { Trainer } from "./trainer.ts";

export interface LoopStep extends StepBatches {
  part: Part;
  /** What events call the part, where there are several. */
  name?: string;
}

export interface Loop {
  context: Pick<JobContext, "folder" | "emit" | "signal">;
  trainer: Pick<Trainer, "step" | "resetOptimizer">;
  /** Steps count from 1; `first` is behind a checkpoint's. */
  first: number;
  steps: number;
  /** Changed in place. */
  counters: Counters;
  /** Of steps between checkpoints; null: by the clock. */
  saveEvery: number | null;
  /** The step's batches with their dropout masks. Who makes them ahead answers at once. */
  stepOf(step: number): Promise<LoopStep> | LoopStep;
  learningRateOf(step: number): number;
  /** The optimiser's own count of a step, from 1; where it is 1, the moments are forgotten. Left out: the step. */
  optimizerStepOf?(step: number): number;
  /** Validation, after the step's report. */
  afterStep(step: number): Promise<void>;
  /** Whether to end before the last step; asked after `afterStep`. */
  isOver?(): boolean;
  /** Writes a checkpoint; the counters are up to date. */
  save(step: number): Promise<void>;
}

/** Training: batch, learning rate, forward and backward and update, report; now and then validation and a checkpoint. */
export async function runLoop(loop: Loop): Promise<void> {
  const { context, trainer, first, steps, counters } = loop;
  context.emit({ event: "phase", phase: "training", done: first - 1, total: steps, unit: "steps" });
  const begin = performance.now() - counters.seconds * 1000;
  const checkpointDue = checkpointClock({ every: loop.saveEvery });
  const tokensPerSecond = speedometer();
  for (let step = first; step <= steps; step++) {
    const asked = performance.now();
    const { part, name, batches, tokensRead, predicted } = await loop.stepOf(step);
    const waited = performance.now() - asked;
    counters.waited += waited / 1000;
    const learningRate = loop.learningRateOf(step);
    const optimizerStep = loop.optimizerStepOf?.(step) ?? step;
    if (optimizerStep === 1 && step > 1) await trainer.resetOptimizer();
    const { loss, gradientNorm } = await trainer.step(part, batches, { step: optimizerStep, learningRate });
    const stepped = performance.now();
    checkFinite(step, { loss, gradientNorm }, latestCheckpointPath(context.folder));
    counters.tokens += tokensRead;
    counters.predicted += predicted;
    counters.loss = loss;
    context.emit({
      event: "step",
      step,
      tokens: counters.tokens,
      loss,
      learning_rate: learningRate,
      gradient_norm: gradientNorm,
      tokens_per_second: Math.round(tokensPerSecond(tokensRead)),
      waiting_for_data: shareOf(counters.waited, (performance.now() - begin) / 1000),
      ...(name === undefined ? {} : { part: name }),
    });
    const reported = performance.now();
    await loop.afterStep(step);
    const scored = performance.now();
    counters.seconds = (scored - begin) / 1000;
    if (context.signal.aborted) {
      await loop.save(step);
      throw new JobStopped(step);
    }
    if (loop.isOver?.()) return;
    if (checkpointDue(step) && step < steps) await loop.save(step);
    counters.around += (waited + reported - stepped + performance.now() - scored) / 1000;
  }
}
