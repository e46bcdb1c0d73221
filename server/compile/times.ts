import { doneTrainings } from "#runtime/machine/done-trainings.ts";
import { type Estimates, estimates } from "#runtime/machine/estimate.ts";
import { readSpeed } from "#runtime/machine/speeds.ts";

/** How long trainings take on this machine, by those of a `.pretrain` folder and by what was measured. */
export interface TimesHere {
  on(engine: string): Estimates;
}

/** @param mayRead false of a folder that leads out of what may be read */
export function timesHere(store: string, mayRead: () => boolean): TimesHere {
  const done = doneTrainings(store, { runs: 1000, read: 20 });
  const known = new Map<string, { until: number; estimates: Estimates }>();
  return {
    on(engine) {
      const now = performance.now();
      const found = known.get(engine);
      // an outline asks once for each declaration
      if (found && found.until > now) return found.estimates;
      const made = estimates({ engine, done: mayRead() ? done.all() : [], speed: readSpeed(engine) });
      known.set(engine, { until: now + believed, estimates: made });
      return made;
    },
  };
}

/** Milliseconds. */
const believed = 200;
