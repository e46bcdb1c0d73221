import type { EvaluatedTask, EvaluateJob } from "#runtime/contract/plan.ts";
import { evaluateContent } from "./fingerprint.ts";
import type { FinetuningRun, StartingWeights } from "./plan-finetuning.ts";
import { type Planner, unplannable } from "./planner.ts";

/** Scores a model on a task as it is. Of the settings of a fine-tuning it takes how many examples are read at a time. */
export function addEvaluation(
  planner: Planner,
  start: StartingWeights,
  { settings, seed, name, at }: FinetuningRun,
  { task, tokenizer }: { task: EvaluatedTask; tokenizer: { id: string; fingerprint: string } },
): EvaluateJob | null {
  const model = start.from ? start.from.model : start.model;
  if (model.architecture === "encoder-decoder") {
    const message = `${settings.task}: an encoder-decoder assigns no probability to a sentence alone. Use a decoder or an encoder.`;
    return unplannable(planner, "task-does-not-fit", [...at, "task"], message);
  }
  const after = start.from ? start.at : undefined;
  const shared = { model, task, batch: settings.batch / settings.accumulate, seed };
  const content = evaluateContent({ ...shared, from: start.from?.fingerprint ?? null, at: after, tokenizer: tokenizer.fingerprint });
  return planner.graph.add("evaluate", content, {
    ...shared,
    name,
    after: start.from ? [start.from.id, tokenizer.id] : [tokenizer.id],
    from: start.from?.id ?? null,
    ...(after === undefined ? {} : { at: after }),
    tokenizer: tokenizer.id,
    taskName: settings.task,
  });
}
