import type { JobContext } from "#runtime/contract/job-context.ts";
import type { Engine } from "#runtime/engines/engine.ts";
import { chooseEngine } from "#runtime/engines/engine-table.ts";
import { largestTrainingProduct } from "#runtime/programs/largest-product.ts";
import type { TrainingSettings } from "#runtime/programs/training-program.ts";

/** Loads the engine that a job trains on; the run records which it is and why, and warns where another would have been taken. */
export async function engineOfJob(settings: TrainingSettings, context: JobContext): Promise<Engine> {
  const { threads, engineOptions } = context;
  const largestProduct = largestTrainingProduct(settings);
  const { engine, reason, warning } = await chooseEngine(context.engine, { threads, engineOptions, largestProduct });
  context.describeEngine({ ...(await engine.describe()), reason });
  if (warning) context.emit({ event: "warning", message: warning });
  return engine;
}
