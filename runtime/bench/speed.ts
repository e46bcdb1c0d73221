import { type EngineName, engineEntry } from "#runtime/contract/catalogue/engines.ts";
import { stepWork } from "#runtime/machine/work.ts";
import { pretrainCost } from "#runtime/programs/training-cost.ts";
import { probeTimes } from "#runtime/train/probe.ts";
import { benchJob } from "./bench-sizes.ts";

/** Work (`stepWork`) per second of an engine in training a small decoder on this machine, measured for about a second. */
export async function trainingSpeed(engine: EngineName, threads: number): Promise<number> {
  const job = benchJob(engineEntry(engine).reference ? "tiny" : "small", "causal");
  const { flopsPerStep } = pretrainCost({ ...job, accumulate: 1 }, 1);
  // the fastest step, as other load on the machine in this second says nothing about later
  const [quickest] = await probeTimes(job, { engine, threads, seconds: 1 });
  return stepWork(flopsPerStep) / quickest!;
}
