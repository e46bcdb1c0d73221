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
  trainer: Pick<Trainer, "step" | "resetOptimizer" | "queues">;
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
  /** Whether `afterStep` has something to do with the weights as they are after this step, or may end the training. */
  pausesAfter(step: number): boolean;
  /** Validation, after the step's report. */
  afterStep(step: number): Promise<void>;
  /** Whether to end before the last step; asked after `afterStep`. */
  isOver?(): boolean;
  /** Writes a checkpoint; the counters are up to date. */
  save(step: number): Promise<void>;
}

/**
 * Training: batch, learning rate, forward and backward and update, report; now and then validation and a checkpoint. Where the
 * engine does its calls in order, the next step is begun before the last is reported, so that it never stands still; not where
 * something looks at the weights in between.
 */
export async function runLoop(loop: Loop): Promise<void> {
  const { context, trainer, first, steps, counters } = loop;
  context.emit({ event: "phase", phase: "training", done: first - 1, total: steps, unit: "steps" });
  if (first > steps) return;
  const begin = performance.now() - counters.seconds * 1000;
  const checkpointDue = checkpointClock({ every: loop.saveEvery });
  const tokensPerSecond = speedometer();
  const engine = idleClock();
  const start = async (step: number): Promise<BegunStep> => {
    const asked = performance.now();
    const made = await loop.stepOf(step);
    const waited = engine.idleSince(asked);
    counters.waited += waited;
    counters.around += waited;
    const learningRate = loop.learningRateOf(step);
    const optimizerStep = loop.optimizerStepOf?.(step) ?? step;
    if (optimizerStep === 1 && step > 1) await trainer.resetOptimizer();
    const result = engine.working(trainer.step(made.part, made.batches, { step: optimizerStep, learningRate }));
    return { step, made, learningRate, result };
  };
  for (let begun = await start(first); ; ) {
    const { step, made, learningRate } = begun;
    const saves = checkpointDue(step) && step < steps;
    const runsAhead = trainer.queues && step < steps && !saves && !loop.pausesAfter(step) && !context.signal.aborted;
    const next = runsAhead ? await start(step + 1) : undefined;
    const { loss, gradientNorm } = await begun.result;
    const stepped = performance.now();
    checkFinite(step, { loss, gradientNorm }, latestCheckpointPath(context.folder));
    counters.tokens += made.tokensRead;
    counters.predicted += made.predicted;
    counters.loss = loss;
    context.emit({
      event: "step",
      step,
      tokens: counters.tokens,
      loss,
      learning_rate: learningRate,
      gradient_norm: gradientNorm,
      tokens_per_second: Math.round(tokensPerSecond(made.tokensRead)),
      waiting_for_data: shareOf(counters.waited, (performance.now() - begin) / 1000),
      ...(made.name === undefined ? {} : { part: made.name }),
    });
    counters.around += engine.idleSince(stepped);
    await loop.afterStep(step);
    const scored = performance.now();
    counters.seconds = (scored - begin) / 1000;
    if (!next) {
      if (context.signal.aborted) {
        await loop.save(step);
        throw new JobStopped(step);
      }
      if (step === steps || loop.isOver?.()) return;
      if (saves) await loop.save(step);
      counters.around += engine.idleSince(scored);
    }
    begun = next ?? (await start(step + 1));
  }
}

interface BegunStep {
  step: number;
  made: LoopStep;
  learningRate: number;
  result: ReturnType<Trainer["step"]>;
}

/** Knows since when the engine has nothing to do. */
function idleClock() {
  let [free, underWay] = [performance.now(), 0];
  return {
    /** Seconds since `moment` in which nothing was under way: those since it ended, none if something is. */
    idleSince: (moment: number) => (underWay > 0 ? 0 : (performance.now() - Math.max(moment, free)) / 1000),
    working<T>(work: Promise<T>): Promise<T> {
      underWay++;
      const done = () => {
        underWay--;
        free = performance.now();
      };
      // a failure is reported when the step is looked at
      work.then(done, done);
      return work;
    },
  };
}
