import { doneTrainings } from "#runtime/machine/done-trainings.ts";
import { type Estimates, estimates } from "#runtime/machine/estimate.ts";
import { readSpeed } from "#runtime/machine/speeds.ts";

/** Estimates how long trainings take on this machine, from earlier ones in a `.pretrain` folder and from measurements. */
export interface TimesHere {
  on(engine: string): Estimates;
}

/** @param mayRead whether the folder may be read */
export function timesHere(store: string, mayRead: () => boolean): TimesHere {
  const done = doneTrainings(store, { runs: 1000, read: 20 });
  const known = new Map<string, { until: number; estimates: Estimates }>();
  return {
    on(engine) {
      const now = performance.now();
      const found = known.get(engine);
      // cached, because an outline asks once for each declaration
      if (found && found.until > now) return found.estimates;
      const made = estimates({ engine, done: mayRead() ? done.all() : [], speed: readSpeed(engine) });
      known.set(engine, { until: now + believed, estimates: made });
      return made;
    },
  };
}

/** Lifetime of the cached estimates, in milliseconds. */
const believed = 200;
