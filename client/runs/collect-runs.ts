import type {
  ComparisonResult,
  EvaluateResult,
  FinetuneResult,
  MajorityResult,
  PretrainResult,
  Results,
} from "#runtime/contract/artifacts.ts";
import type { RunEvent } from "#runtime/contract/events.ts";
import type { Job, JobKind } from "#runtime/contract/plan.ts";
import type { Run } from "./model.ts";

export function newRun(job: Job): Run {
  return { id: job.id, kind: job.kind, name: job.name, job, state: "new", warnings: [], scores: [], learning: [] };
}

/** The run after one more event. The first events may be missing if only the end of a long file is read. */
export function withEvent(run: Run, event: RunEvent): Run {
  const { started = Date.parse(event.time) } = run;
  return changed({ ...run, started, state: run.state === "new" ? "stopped" : run.state }, event);
}

function changed(run: Run, event: RunEvent): Run {
  switch (event.event) {
    case "job-started": {
      const { phase: _, message: __, ended: ___, ...kept } = run;
      return { ...kept, state: "stopped", started: Date.parse(event.time) };
    }
    case "phase":
      return { ...run, phase: phaseOf(event) };
    case "step":
      return { ...run, step: event, pace: smoothed(run.pace, event.tokens_per_second) };
    case "evaluation": {
      const { event: _, time: __, job: ___, step: ____, ...score } = event;
      const { metric, split } = score;
      const others = run.scores.filter((score) => score.metric !== metric || score.split !== split);
      return { ...run, scores: [...others, score] };
    }
    case "learning":
      // a resumed run measures again
      return { ...run, learning: [...run.learning.filter(({ step }) => step < event.step), event] };
    case "warning":
      return { ...run, warnings: [...run.warnings, event.message] };
    case "job-failed":
      return { ...run, state: "failed", message: event.message, ended: Date.parse(event.time) };
    case "job-stopped":
      return { ...run, state: "stopped", ended: Date.parse(event.time) };
    default:
      return run;
  }
}

/** The run with its result: it is done. */
export function withResult(run: Run, result: Results[JobKind], ended: number): Run {
  const { phase: _, pid: __, message: ___, ...kept } = run;
  const done = { ...kept, state: "done" as const, ended };
  switch (run.kind) {
    case "pretrain":
    case "finetune":
    case "evaluate": {
      const { scores, seconds } = result as PretrainResult | FinetuneResult | EvaluateResult;
      const learning = run.kind === "pretrain" ? (result as PretrainResult).learning : undefined;
      return { ...done, scores, seconds, learning: learning ?? [] };
    }
    case "majority":
      return { ...done, scores: (result as MajorityResult).scores };
    case "compare":
      return { ...done, comparison: result as ComparisonResult };
    default:
      return done;
  }
}

/** Smooths over about fifty steps. */
function smoothed(pace: number | undefined, now: number): number {
  return pace === undefined ? now : pace + (now - pace) / 50;
}

function phaseOf({ phase, done, total, unit }: Extract<RunEvent, { event: "phase" }>): NonNullable<Run["phase"]> {
  return {
    phase,
    ...(done === undefined ? {} : { done }),
    ...(total === undefined ? {} : { total }),
    ...(unit === undefined ? {} : { unit }),
  };
}
