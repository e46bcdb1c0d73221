import type { EngineChoice, EngineName } from "#runtime/contract/catalogue/engines.ts";
import type { Plan } from "#runtime/contract/plan.ts";
import { firstLine } from "#runtime/engines/table.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { doneTrainings } from "#runtime/machine/done-trainings.ts";
import { type Estimates, estimates, isTraining } from "#runtime/machine/estimate.ts";
import { defaultEngine } from "#runtime/machine/installed-engines.ts";
import { type MeasuredSpeed, readSpeed, writeSpeed } from "#runtime/machine/speeds.ts";
import type { Store } from "#runtime/runs/store.ts";
import { say } from "./output.ts";
import { version } from "./version.ts";

export interface PlanEstimates extends Estimates {
  engine: string;
}

/** How long what is left of a plan takes here. Where nothing like it was done here, the machine's speed is measured, once. */
export async function planEstimates(plan: Plan, store: Store, wanted: EngineChoice): Promise<PlanEstimates> {
  const engine = chosen(wanted);
  const done = doneTrainings(store.root).all();
  const known = current(readSpeed(engine));
  const before = estimates({ engine, done, speed: known });
  const left = plan.jobs.filter(isTraining).filter(({ id }) => !store.isDone(id));
  if (!before.needSpeed(left)) return { ...before, engine };
  return { ...estimates({ engine, done, speed: await measureSpeed(engine) }), engine };
}

function chosen(wanted: EngineChoice): EngineName {
  return wanted === "auto" ? defaultEngine() : wanted;
}

/** What an earlier version of this program measured is measured again. */
function current(speed: MeasuredSpeed | undefined): MeasuredSpeed | undefined {
  return speed?.version === version() ? speed : undefined;
}

/** Measures and keeps it. Undefined, with a word why, where the engine cannot run. */
export async function measureSpeed(wanted: EngineChoice): Promise<MeasuredSpeed | undefined> {
  const engine = chosen(wanted);
  say(`measuring how fast ${engine} trains on this machine, for a second or two, once`);
  const { trainingSpeed } = await import("#runtime/bench/speed.ts");
  try {
    return writeSpeed(engine, { workPerSecond: await trainingSpeed(engine, threadsFor(1)), version: version() });
  } catch (error) {
    say(`${engine} could not be measured, so there is no estimate of the time: ${firstLine(error)}`);
    return undefined;
  }
}
