import type { JobContext } from "#runtime/contract/job-context.ts";
import type { Job, JobKind, JobOf } from "#runtime/contract/plan.ts";
import type { Results } from "#runtime/runs/store.ts";

export type Executor<K extends JobKind> = (job: JobOf<K>, context: JobContext) => Promise<Results[K]>;

/** Executes a job: writes its files to the run folder and returns its result. Throws `JobFailure` or `JobStopped`. */
export function execute(job: Job, context: JobContext): Promise<Results[JobKind]> {
  const executor = executors[job.kind] as Executor<JobKind>;
  return executor(job, context);
}

/** The handler of each kind of job, imported when it is needed, so that light jobs start without TensorFlow.js and the engines. */
const executors: { [K in JobKind]: Executor<K> } = {
  corpus: async (job, context) => (await import("#runtime/corpus/corpus.ts")).prepareCorpus(job, context),
  tokenizer: async (job, context) =>
    "tokenizer" in job
      ? (await import("#runtime/tokenizers/train.ts")).trainTokenizer(job, context)
      : (await import("#runtime/tokenizers/adopt.ts")).adoptTokenizer(job, context.folder),
  encode: async (job, context) => (await import("#runtime/encoding/encode.ts")).encodeCorpus(job, context),
  contamination: async (job, context) => (await import("#runtime/corpus/find-contamination.ts")).findContamination(job, context),
  measure: async (job, context) => (await import("#runtime/train/measure-step-time.ts")).measureStepTime(job, context),
  pretrain: async (job, context) => (await import("#runtime/train/pretrain.ts")).pretrain(job, context),
  finetune: async (job, context) => (await import("#runtime/train/finetune.ts")).finetune(job, context),
  evaluate: async (job, context) => (await import("#runtime/train/evaluate-task.ts")).evaluateTask(job, context),
  majority: async (job, context) => (await import("./majority.ts")).majority(job, context),
  compare: async (job, context) => (await import("#runtime/compare/compare.ts")).compare(job, context),
};
