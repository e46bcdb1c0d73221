import type { MeasureResult } from "#runtime/contract/artifacts.ts";
import type { EventBody } from "#runtime/contract/events.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import { median } from "#runtime/contract/median.ts";
import type { MeasureJob, PretrainJob } from "#runtime/contract/plan.ts";
import { stepEnds, stepTimes } from "#runtime/machine/step-times.ts";
import { pretrain } from "./pretrain.ts";
import { removeCheckpoints } from "./training-checkpoints.ts";

/** Steps that are run, and those of them that come before the usual speed: sessions are made, caches fill. */
const steps = 20;
const warmUp = 4;

/** The first steps of a pre-training, with a clock. */
export async function measureStepTime(job: MeasureJob, context: JobContext): Promise<MeasureResult> {
  const { ends, emit } = stepEnds<EventBody>((event) => {
    if (event.event !== "step") context.emit(event);
  });
  // one that was stopped is measured from the start
  removeCheckpoints(context.folder);
  await pretrain(trial(job), { ...context, emit }, { scored: false });
  const lasted = stepTimes(ends.slice(warmUp - 1)).map((milliseconds) => milliseconds / 1000);
  // a step that other work delayed says nothing about the others; parts of a mixture differ, so only their mean counts
  const oneKind = job.objective.kind !== "mixture" && job.objective.kind !== "sequence";
  return { secondsPerStep: oneKind ? median(lasted) : lasted.reduce((sum, seconds) => sum + seconds, 0) / lasted.length };
}

function trial({ kind: _, ...job }: MeasureJob): PretrainJob {
  return {
    ...job,
    kind: "pretrain",
    steps,
    warmupSteps: 0,
    seed: 0,
    evaluateEvery: steps + 1,
    save: { every: steps + 1, keep: 1 },
    cost: { parameters: 0, embeddings: 0, tokensPerStep: 0, flopsPerStep: 0, memoryBytes: 0 },
  };
}
