import { setImmediate as nextTurn } from "node:timers/promises";
import { type JobContext, JobStopped } from "#runtime/contract/job-context.ts";
import type { Part } from "#runtime/programs/training-program.ts";
import type { StepBatches } from "./text-batches.ts";
import type { Trainer } from "./trainer.ts";
import { latestCheckpointPath } from "./training-checkpoints.ts";
import { type Counters, checkFinite, checkpointClock, shareOf, speedometer } from "./training-progress.ts";

export interface LoopStep extends StepBatches {
  part: Part;
  /** What events call the part, where there are several. */
  name?: string;
}

export interface Loop {
  context: Pick<JobContext, "folder" | "emit" | "signal">;
  trainer: Pick<Trainer, "step" | "resetOptimizer" | "queues">;
  /** Steps count from 1; `first` is the one after a checkpoint's. */
  first: number;
  steps: number;
  /** Changed in place. */
  counters: Counters;
  /** Number of steps between checkpoints; null: by the clock. */
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
  /** Whether to end before the last step; asked before the first step, which may be after that one, and after `afterStep`. */
  isOver?(): boolean;
  /** Writes a checkpoint; the counters are up to date. */
  save(step: number): Promise<void>;
}

/**
 * Training: batch, learning rate, forward and backward and update, report; now and then validation and a checkpoint. Where the
 * engine does its calls in order, the next steps are begun before the last is reported, so that it is never idle; not if
 * something looks at the weights in between.
 */
export async function runLoop(loop: Loop): Promise<void> {
  const { context, trainer, first, steps, counters } = loop;
  context.emit({ event: "phase", phase: "training", done: first - 1, total: steps, unit: "steps" });
  // a stop may have come after the step that ended it
  if (first > steps || loop.isOver?.()) return;
  const begin = performance.now() - counters.seconds * 1000;
  const checkpointDue = checkpointClock({ every: loop.saveEvery });
  const tokensPerSecond = speedometer();
  const engine = idleClock();
  const block = blockLength();
  const start = async (step: number): Promise<BegunStep> => {
    const asked = performance.now();
    const made = await loop.stepOf(step);
    const waited = engine.idleSince(asked);
    counters.waited += waited;
    counters.overhead += waited;
    const learningRate = loop.learningRateOf(step);
    const optimizerStep = loop.optimizerStepOf?.(step) ?? step;
    if (optimizerStep === 1 && step > 1) await trainer.resetOptimizer();
    const result = engine.working(trainer.step(made.part, made.batches, { step: optimizerStep, learningRate }));
    return { step, made, learningRate, result };
  };
  /** Begun and not yet reported. */
  const underWay: BegunStep[] = [];
  /** Asked once for each step. */
  const saves = (begun: BegunStep) => {
    begun.saves ??= checkpointDue(begun.step) && begun.step < steps;
    return begun.saves;
  };
  const mayGoOn = (begun: BegunStep) =>
    trainer.queues && begun.step < steps && !saves(begun) && !loop.pausesAfter(begun.step) && !context.signal.aborted;
  for (let next = first; ; ) {
    // a block is with the engine while the one before it is reported
    if (underWay.length <= block.length())
      while (underWay.length === 0 || (underWay.length < 2 * block.length() && mayGoOn(underWay.at(-1)!)))
        underWay.push(await start(next++));
    const begun = underWay.shift()!;
    const { step, made, learningRate } = begun;
    const { loss, gradientNorm } = await begun.result;
    const stepped = performance.now();
    block.done(stepped);
    checkFinite(step, { loss, gradientNorm }, () => latestCheckpointPath(context.folder));
    counters.tokens += made.tokensRead;
    counters.predicted += made.predicted;
    counters.loss = loss;
    counters.gradientNorm = gradientNorm;
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
    counters.overhead += engine.idleSince(stepped);
    await loop.afterStep(step);
    const scored = performance.now();
    counters.seconds = (scored - begin) / 1000;
    // an engine that computes on this thread lets nothing be heard meanwhile, nor the wish to stop
    if (!trainer.queues) await nextTurn();
    if (underWay.length > 0 || mayGoOn(begun)) continue;
    if (context.signal.aborted) {
      await loop.save(step);
      throw new JobStopped(step);
    }
    if (step === steps || loop.isOver?.()) return;
    if (saves(begun)) await loop.save(step);
    counters.overhead += engine.idleSince(scored);
  }
}

interface BegunStep {
  step: number;
  made: LoopStep;
  learningRate: number;
  result: ReturnType<Trainer["step"]>;
  /** Whether a checkpoint is due after it; absent: not asked yet. */
  saves?: boolean;
}

/** How long a block of steps may take, milliseconds, and how many they may be. */
const [blockMilliseconds, longestBlock] = [10, 8];

/** How many steps are handed to the engine at a time: more than one only where a step is so short that handing it over shows. */
function blockLength() {
  const ends: number[] = [];
  return {
    done(now: number) {
      ends.push(now);
      if (ends.length > 4 * longestBlock) ends.shift();
    },
    length(): number {
      // the first steps are slower
      if (ends.length <= 2 * longestBlock) return 1;
      const each = (ends.at(-1)! - ends[0]!) / (ends.length - 1);
      return Math.max(1, Math.min(longestBlock, Math.floor(blockMilliseconds / each)));
    },
  };
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
