import { JobFailure } from "#runtime/contract/job-context.ts";

/** How far a training loop is; saved with its checkpoints. */
export interface Counters {
  /** Positions read. */
  tokens: number;
  /** Positions predicted. */
  predicted: number;
  /** Time spent in earlier sessions and this one. */
  seconds: number;
  /** The part of these seconds in which the engine had no batch to work on. */
  waited: number;
  /** Seconds outside of steps: waiting, events, checkpoints; without validation. */
  overhead: number;
  /** The loss of the last step. */
  loss: number;
  /** The gradient norm of the last step; null before the first step, and where a checkpoint does not say it. */
  gradientNorm: number | null;
}

export interface CheckpointRule {
  /** Every so many steps; null: about every half minute. */
  every: number | null;
}

export const checkpointSeconds = 30;

/** Says when a checkpoint is due; when it is written changes no number. */
export function checkpointClock(
  { every }: CheckpointRule,
  now: () => number = performance.now.bind(performance),
): (step: number) => boolean {
  let last = now();
  return (step) => {
    const due = every === null ? now() - last >= checkpointSeconds * 1000 : step % every === 0;
    if (due) last = now();
    return due;
  };
}

/** Where a training begins. */
export function freshCounters(): Counters {
  return { tokens: 0, predicted: 0, seconds: 0, waited: 0, overhead: 0, loss: Number.NaN, gradientNorm: null };
}

/** A part of some seconds, 0 to 1, four digits. */
export function shareOf(part: number, seconds: number): number {
  return seconds > 0 ? Math.round((part / seconds) * 1e4) / 1e4 : 0;
}

/** Tokens a second over the last twenty steps, and at least half a second: short steps are reported several at a time. */
export function speedometer(now: () => number = performance.now.bind(performance)): (tokens: number) => number {
  const marks: { at: number; tokens: number }[] = [{ at: now(), tokens: 0 }];
  let total = 0;
  return (tokens) => {
    total += tokens;
    marks.push({ at: now(), tokens: total });
    while (marks.length > 20 && marks.at(-1)!.at - marks[1]!.at >= 500) marks.shift();
    const [first, last] = [marks[0]!, marks.at(-1)!];
    return ((last.tokens - first.tokens) * 1000) / Math.max(1, last.at - first.at);
  };
}

/** A loss that is not a number ends a job: nothing after it would mean anything. */
export function checkFinite(
  step: number,
  { loss, gradientNorm }: { loss: number; gradientNorm: number },
  checkpointPath: () => string | undefined,
): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  const checkpoint = checkpointPath();
  const what = Number.isFinite(loss) ? `the gradient norm became ${gradientNorm}` : `the loss became ${loss}`;
  const kept = checkpoint === undefined ? "no checkpoint was written before it" : `the last good checkpoint is ${checkpoint}`;
  throw new JobFailure(
    `${what} at step ${step}; ${kept}. Training diverged: lower learning_rate, lengthen warmup, or set clip.`,
    checkpoint === undefined ? { step } : { step, checkpoint },
  );
}
