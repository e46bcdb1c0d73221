import type { Job, JobKind, JobOf } from "#runtime/contract/plan.ts";
import { fingerprint } from "./fingerprint.ts";

/** A job without its id and fingerprint, which are not known yet. */
type Draft<K extends JobKind> = WithoutIdentity<JobOf<K>>;
/** Each member of a union without its identity. */
type WithoutIdentity<J> = J extends unknown ? Omit<J, "id" | "kind" | "fingerprint"> : never;

/** Collects distinct jobs. Jobs with the same fingerprint are the same job, which keeps its first name. */
export interface JobGraph {
  /** Adds a job, whose inputs must have been added before. `content`: what it computes, for its fingerprint. */
  add<K extends JobKind>(kind: K, content: unknown, draft: Draft<K>): JobOf<K>;
  /** The jobs in topological order: each comes after its inputs. */
  jobs(): Job[];
}

export function jobGraph(): JobGraph {
  const byId = new Map<string, Job>();
  return {
    add<K extends JobKind>(kind: K, content: unknown, draft: Draft<K>) {
      const hash = fingerprint(kind, content);
      const id = `${kind}-${hash.slice(0, 16)}`;
      const missing = draft.after.find((input) => !byId.has(input));
      if (missing) throw new Error(`${draft.name} comes before its input ${missing}`);
      const job = (byId.get(id) ?? { id, kind, fingerprint: hash, ...draft }) as JobOf<K>;
      byId.set(id, job);
      return job;
    },
    jobs: () => [...byId.values()],
  };
}

/** The jobs with these ids and all their direct and indirect inputs, in the given order. */
export function upTo(jobs: readonly Job[], ids: Iterable<string>): Job[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const requested = new Set<string>();
  const want = (id: string) => {
    if (requested.has(id)) return;
    requested.add(id);
    for (const input of byId.get(id)?.after ?? []) want(input);
  };
  for (const id of ids) want(id);
  return jobs.filter(({ id }) => requested.has(id));
}
