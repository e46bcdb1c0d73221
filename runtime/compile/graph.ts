import type { Job, JobKind, JobOf } from "#runtime/contract/plan.ts";
import { fingerprint } from "./fingerprint.ts";

/** What is said of a job before its fingerprint is known. */
type Draft<K extends JobKind> = WithoutIdentity<JobOf<K>>;
/** Of each member of a union. */
type WithoutIdentity<J> = J extends unknown ? Omit<J, "id" | "kind" | "fingerprint"> : never;

/** Collects jobs, each once: what has the same fingerprint is the same job, under the name that it had first. */
export interface JobGraph {
  /** `content`: what the job computes, for its fingerprint. Its inputs must have been added before. */
  add<K extends JobKind>(kind: K, content: unknown, draft: Draft<K>): JobOf<K>;
  /** In an order in which every job comes after its inputs. */
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

/** The jobs with these ids and all that they are made from, in their order. */
export function upTo(jobs: readonly Job[], ids: Iterable<string>): Job[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const wanted = new Set<string>();
  const want = (id: string) => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const input of byId.get(id)?.after ?? []) want(input);
  };
  for (const id of ids) want(id);
  return jobs.filter(({ id }) => wanted.has(id));
}
