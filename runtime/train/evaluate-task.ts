import type { EvaluateResult, Score } from "#runtime/contract/artifacts.ts";
import type { JobContext } from "#runtime/contract/job-context.ts";
import type { EvaluateJob } from "#runtime/contract/plan.ts";
import { parametersOf } from "#runtime/models/parameters.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";
import { writePredictions } from "#runtime/runs/prediction-files.ts";
import { withStandardErrors } from "#runtime/scoring/standard-errors.ts";
import { openTokenizer } from "#runtime/tokenizers/tokenizer.ts";
import { engineOfJob } from "./job-engine.ts";
import { countNotes } from "./labelled-texts.ts";
import { checkVocabulary, weightsOfJob } from "./starting-values.ts";
import { taskEvaluations } from "./tasks/task-evaluations.ts";
import { evaluated } from "./tasks/task-training.ts";
import { openTrainer } from "./trainer.ts";

/** Scores a model on a task as it is. Throws `JobFailure` where the files are no longer what was planned. */
export async function evaluateTask(job: EvaluateJob, context: JobContext): Promise<EvaluateResult> {
  const { task, model, batch } = job;
  const { partsOf, predict, kept } = taskEvaluations[task.kind];
  const tokenizer = openTokenizer(context.folderOf(job.tokenizer));
  checkVocabulary(job, tokenizer.vocabulary);
  const settings: TrainingSettings = { ...untrained, model, parts: partsOf(model), batch, trained: [], frozen: parametersOf(model) };
  const engine = await engineOfJob(settings, context);
  const trainer = await openTrainer({ engine, settings, initial: weightsOfJob(job, settings.frozen, context), seed: job.seed });
  try {
    const begin = performance.now();
    const testReadAt = new Date().toISOString();
    const exact = await predict(task, { trainer, settings, tokenizer, counted: countNotes(context.emit), emit: context.emit });
    const { scores: values, n, predictions } = evaluated(task, 0, exact, kept);
    const own = values.map(({ n: examples = n, ...value }): Score => ({ ...value, split: "test", n: examples }));
    const scores = withStandardErrors(own, task, predictions);
    for (const score of scores) context.emit({ event: "evaluation", ...score, step: 0 });
    writePredictions(context.folder, predictions);
    return { seconds: (performance.now() - begin) / 1000, scores, testReadAt };
  } finally {
    await trainer.close();
  }
}

/** What only steps of training read. */
const untrained: Pick<TrainingSettings, "accumulates" | "optimizer" | "dropout"> = {
  accumulates: false,
  optimizer: {
    kind: "adamw",
    learningRate: 0,
    finalLearningRate: 0,
    warmup: { unit: "steps", value: 0 },
    schedule: "constant",
    beta1: 0,
    beta2: 0,
    epsilon: 0,
    weightDecay: 0,
    clip: null,
  },
  dropout: 0,
};
