import type { EngineRequest } from "#runtime/contract/engine-options.ts";
import type { FinetuneJob, PretrainJob } from "#runtime/contract/plan.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import { chooseEngine } from "#runtime/engines/engine-table.ts";
import { callTimes } from "#runtime/machine/step-times.ts";
import { initialValues } from "#runtime/models/parameters.ts";
import { layoutOf, type TextObjectiveSettings } from "#runtime/objectives/objective-table.ts";
import { largestTrainingProduct } from "#runtime/programs/largest-product.ts";
import { pretrainingParameters } from "#runtime/programs/parts.ts";
import { batchInputs, type Part, type TrainingSettings } from "#runtime/programs/training-program.ts";
import type { Arrays } from "#runtime/trace/function.ts";
import { withMasks } from "./dropout-masks.ts";
import { pretrainSettings } from "./pretrain-steps.ts";
import { openTrainer } from "./trainer.ts";

/**
 * Seconds that a step of a job takes here and now, on so many threads: the median of some steps with made-up batches. For a
 * fine-tuning, a step of the same weights on text: what is wanted is how threads serve a model of this size.
 */
export async function probe(job: PretrainJob | FinetuneJob, options: ProbeOptions): Promise<number> {
  const times = await probeTimes(job, options);
  return times[times.length >> 1]!;
}

export interface ProbeOptions extends EngineRequest {
  seconds: number;
}

/** The seconds of each step, ascending. */
export async function probeTimes(job: PretrainJob | FinetuneJob, options: ProbeOptions): Promise<number[]> {
  const settings = job.kind === "pretrain" ? pretrainSettings(job) : likeFinetuning(job);
  const { engine } = await chooseEngine(options.engine, { ...options, largestProduct: largestTrainingProduct(settings) });
  const initial = Object.fromEntries(settings.trained.map((parameter) => [parameter.name, initialValues(parameter, 1)]));
  const trainer = await openTrainer({ engine, settings, initial, seed: 1 });
  try {
    const part = settings.parts[0]!;
    const batches = withMasks(settings, part, [anyBatch(settings, part)], [1, 1]);
    const step = () => trainer.step(part, batches, { step: 1, learningRate: 1e-6 });
    await step();
    const times = await callTimes(step, { seconds: options.seconds, least: 3 });
    return times.map((milliseconds) => milliseconds / 1000).sort((a, b) => a - b);
  } finally {
    await trainer.close();
  }
}

function likeFinetuning({ model, settings: { batch, accumulate, optimizer, dropout } }: FinetuneJob): TrainingSettings {
  const architecture = model.architecture === "decoder" ? "decoder" : "encoder";
  const like = { ...model, architecture } as const;
  const objective: TextObjectiveSettings =
    architecture === "decoder" ? { kind: "causal" } : { kind: "masked", rate: 0.01, mask: 1, random: 0, keep: 0, wholeWords: false };
  const layout = layoutOf(objective, like);
  const part: Part = { kind: "text", name: "0", layout };
  return {
    model: like,
    parts: [part],
    batch: batch / accumulate,
    accumulates: accumulate > 1,
    optimizer,
    dropout,
    trained: pretrainingParameters(like, [part]),
    frozen: [],
  };
}

/** Full rows of the first token: every position takes part. */
function anyBatch(settings: TrainingSettings, part: Part): Arrays {
  return Object.fromEntries(
    batchInputs(settings, part).map(({ name, shape, dtype }) => {
      const size = sizeOf(shape);
      if (dtype === "float32") return [name, new Float32Array(size).fill(1 / size)];
      return [name, new Int32Array(size).fill(name.endsWith("segments") ? 1 : 0)];
    }),
  );
}
