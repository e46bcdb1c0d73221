import * as v from "valibot";
import { split, whole } from "./schema.ts";

export const stepEvent = v.object({
  event: v.literal("step"),
  step: whole,
  /** Positions read since the first step. */
  tokens: whole,
  /** Mean over the predicted positions of the step, nats. */
  loss: v.number(),
  learning_rate: v.number(),
  /** Global norm before clipping. */
  gradient_norm: v.number(),
  tokens_per_second: v.number(),
  /** Share of the training's time so far, 0 to 1, in which the engine had no batch to work on. */
  waiting_for_data: v.exactOptional(v.number()),
  /** Part of a mixture or sequence that this step trained. */
  part: v.exactOptional(v.string()),
});
export type StepEvent = v.InferOutput<typeof stepEvent>;

export const evaluationEvent = v.object({
  event: v.literal("evaluation"),
  metric: v.string(),
  /** As a result's score has it: null with the reason where the data leave the metric without one. */
  value: v.nullable(v.number()),
  undefined: v.exactOptional(v.string()),
  split,
  step: whole,
  /** How many items the value is over. */
  n: whole,
  /** As a result's score has it. */
  standard_error: v.exactOptional(v.number()),
});

const otherEvents = [
  v.object({
    event: v.literal("job-started"),
    kind: v.string(),
    name: v.string(),
    engine: v.exactOptional(v.string()),
    pid: v.number(),
    steps: v.exactOptional(whole),
    resumedAt: v.exactOptional(whole),
  }),
  v.object({
    event: v.literal("phase"),
    phase: v.string(),
    done: v.exactOptional(v.number()),
    total: v.exactOptional(v.number()),
    unit: v.exactOptional(v.string()),
  }),
  v.object({ event: v.literal("checkpoint"), step: whole, path: v.string() }),
  v.object({
    event: v.literal("warning"),
    message: v.string(),
    /** What a note is on, which stays with the result: its last words count, and a job tells them once. Left out: of this session alone. */
    note: v.exactOptional(v.string()),
  }),
  v.object({ event: v.literal("job-done"), seconds: v.number() }),
  v.object({
    event: v.literal("job-failed"),
    message: v.string(),
    step: v.exactOptional(whole),
    checkpoint: v.exactOptional(v.string()),
  }),
  v.object({ event: v.literal("job-stopped"), step: v.exactOptional(whole) }),
  v.object({ event: v.literal("job-skipped"), reason: v.picklist(["done", "input-failed", "running-elsewhere"]) }),
] as const;

const eventBody = v.variant("event", [stepEvent, evaluationEvent, ...otherEvents]);

/** The event without what the writer adds. */
export type EventBody = v.InferOutput<typeof eventBody>;

const stamp = v.object({ /** ISO 8601, UTC. */ time: v.string(), /** Job id. */ job: v.string() });

/**
 * One line of a run folder's `events.jsonl`, and of `pretrain run --json`. Lines are only ever appended; after a resumed
 * run a step may stand twice, and the later line holds.
 */
export type RunEvent = v.InferOutput<typeof stamp> & EventBody;

/** A line of `events.jsonl`; undefined where it is none: a disk that was full, a copy cut short, an event of a later version. */
export function parseEvent(line: string): RunEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const stamped = v.safeParse(stamp, value);
  const body = v.safeParse(eventBody, value);
  return stamped.success && body.success ? { ...stamped.output, ...body.output } : undefined;
}
