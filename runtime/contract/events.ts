import type { Split } from "./spec.ts";

/**
 * One line of a run folder's `events.jsonl`, and of `pretrain run --json`. Lines are only ever appended; after a resumed
 * run a step may stand twice, and the later line holds.
 */
export type RunEvent = { /** ISO 8601, UTC. */ time: string /** Job id. */; job: string } & (
  | { event: "job-started"; kind: string; name: string; engine?: string; pid: number; steps?: number; resumedAt?: number }
  | { event: "phase"; phase: string; done?: number; total?: number; unit?: string }
  | StepEvent
  | EvaluationEvent
  | { event: "checkpoint"; step: number; path: string }
  | { event: "warning"; message: string }
  | { event: "job-done"; seconds: number }
  | { event: "job-failed"; message: string; step?: number; checkpoint?: string }
  | { event: "job-stopped"; step?: number }
  | { event: "job-skipped"; reason: "done" | "input-failed" | "running-elsewhere" }
);

export interface StepEvent {
  event: "step";
  step: number;
  /** Positions read since the first step. */
  tokens: number;
  /** Mean over the predicted positions of the step, nats. */
  loss: number;
  learning_rate: number;
  /** Global norm before clipping. */
  gradient_norm: number;
  tokens_per_second: number;
  /** Share of the training's time so far, 0 to 1, in which the engine had no batch to work on. */
  waiting_for_data?: number;
  /** Part of a mixture or sequence that this step trained. */
  part?: string;
}

export interface EvaluationEvent {
  event: "evaluation";
  metric: string;
  value: number;
  split: Split;
  step: number;
  /** How many items the value is over. */
  n: number;
  /** As a result's score has it. */
  standard_error?: number;
}

/** The event without what the writer adds. */
export type EventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "time" | "job"> : never) : never;
