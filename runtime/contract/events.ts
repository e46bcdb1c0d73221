import * as v from "valibot";
import { learningPoint } from "./learning-point.ts";
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
  /** Share of the training time so far, 0 to 1, in which the engine waited for a batch. */
  waiting_for_data: v.exactOptional(v.number()),
  /** Part of a mixture or sequence that was trained in this step. */
  part: v.exactOptional(v.string()),
});
export type StepEvent = v.InferOutput<typeof stepEvent>;

export const evaluationEvent = v.object({
  event: v.literal("evaluation"),
  metric: v.string(),
  /** As in the score of a result: null, with the reason in `undefined`, if the metric is undefined on the data. */
  value: v.nullable(v.number()),
  undefined: v.exactOptional(v.string()),
  split,
  step: whole,
  /** Number of items that the value was computed over. */
  n: whole,
  /** As in the score of a result. */
  standard_error: v.exactOptional(v.number()),
});

/** What a pre-training had learned at a validation. */
const learningEvent = v.object({ event: v.literal("learning"), ...learningPoint.entries });

const otherEvents = [
  learningEvent,
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
    /** Subject of a note, which is kept in the result; a later note on the same subject replaces it. Absent: only for this session. */
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
  v.object({ event: v.literal("job-submitted") }),
  v.object({ event: v.literal("job-skipped"), reason: v.picklist(["done", "input-failed", "running-elsewhere"]) }),
] as const;

const eventBody = v.variant("event", [stepEvent, evaluationEvent, ...otherEvents]);

/** An event without the time and the job id, which the writer adds. */
export type EventBody = v.InferOutput<typeof eventBody>;

const stamp = v.object({ /** ISO 8601, UTC. */ time: v.string(), /** Job id. */ job: v.string() });

/**
 * One line of a run folder's `events.jsonl`, and of `pretrain run --json`. Lines are only ever appended. After a run is resumed, a step
 * may occur twice; the later line is valid.
 */
export type RunEvent = v.InferOutput<typeof stamp> & EventBody;

/** Parses a line of `events.jsonl`; undefined if it is not an event: after a full disk, in a truncated copy, from a later version. */
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
