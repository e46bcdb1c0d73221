import type { EngineChoice } from "#runtime/contract/catalogue/engines.ts";
import type { Plan } from "#runtime/contract/plan.ts";
import { firstLine } from "#runtime/engines/engine-table.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { doneTrainings } from "#runtime/machine/done-trainings.ts";
import { type Estimates, estimates, isTraining } from "#runtime/machine/estimate.ts";
import { requestedEngine } from "#runtime/machine/installed-engines.ts";
import { type MeasuredSpeed, readSpeed, writeSpeed } from "#runtime/machine/speeds.ts";
import type { Store } from "#runtime/runs/store.ts";
import { say } from "./output.ts";
import { version } from "./version.ts";

export interface PlanEstimates extends Estimates {
  engine: string;
}

/** Time estimates for the unfinished jobs of a plan. If nothing similar has run on this machine, its speed is measured once. */
export async function planEstimates(plan: Plan, store: Store, requested: EngineChoice): Promise<PlanEstimates> {
  const engine = requestedEngine(requested);
  const done = doneTrainings(store.root).all();
  const known = current(readSpeed(engine));
  const before = estimates({ engine, done, speed: known });
  const left = plan.jobs.filter(isTraining).filter(({ id }) => !store.isDone(id));
  if (!before.needSpeed(left)) return { ...before, engine };
  return { ...estimates({ engine, done, speed: await measureSpeed(engine) }), engine };
}

/** The measured speed, unless an earlier version of this program measured it. */
function current(speed: MeasuredSpeed | undefined): MeasuredSpeed | undefined {
  return speed?.version === version() ? speed : undefined;
}

/** Measures the speed of an engine and stores it. Undefined, after a message with the reason, if the engine cannot run. */
export async function measureSpeed(requested: EngineChoice): Promise<MeasuredSpeed | undefined> {
  const engine = requestedEngine(requested);
  say(`measuring once how fast ${engine} trains on this machine; this takes a second or two`);
  const { trainingSpeed } = await import("#runtime/bench/speed.ts");
  try {
    return writeSpeed(engine, { workPerSecond: await trainingSpeed(engine, threadsFor(1)), version: version() });
  } catch (error) {
    say(`${engine} could not be measured, so there is no time estimate: ${firstLine(error)}`);
    return undefined;
  }
}
