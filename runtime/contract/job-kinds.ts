import type { EvaluateJob, FinetuneJob, Job, JobKind, MajorityJob } from "./plan.ts";

/** Whether jobs of a kind train a model or score one: these have scores of their own, and runs of them can be compared. */
export function isOfModel(kind: JobKind): kind is "pretrain" | "finetune" | "evaluate" {
  return kind === "pretrain" || kind === "finetune" || kind === "evaluate";
}

/** Whether a job fine-tunes or scores a model on a task. */
export function isOnTask(job: Job): job is FinetuneJob | EvaluateJob {
  return job.kind === "finetune" || job.kind === "evaluate";
}

/** Whether a job answers the test examples of a task, and leaves its predictions. */
export function answersTask(job: Job): job is FinetuneJob | EvaluateJob | MajorityJob {
  return isOnTask(job) || job.kind === "majority";
}
