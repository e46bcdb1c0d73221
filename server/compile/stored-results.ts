import { statSync } from "node:fs";
import { join } from "node:path";
import type * as v from "valibot";
import { type Results, results } from "#runtime/contract/artifacts.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { jobRecord } from "#runtime/contract/plan-schema.ts";
import { parseSealed } from "#runtime/contract/sealed.ts";
import { readRegularText } from "#runtime/machine/regular-file.ts";

/** Results of jobs in a `.pretrain` folder. A file is read again only when it has changed. */
export interface StoredResults {
  /** The result; null if the job is not done. */
  read<K extends keyof Results>(kind: K, id: string): Results[K] | null;
  /** A text that changes when the job is done or its result is deleted. */
  signature(id: string): string;
  /** The job as planned when it last ran. */
  readJob(id: string): Job | null;
}

/** @param mayRead whether a path may be read */
export function storedResults(store: string, mayRead: (path: string) => boolean): StoredResults {
  const known = new Map<string, { changed: number; value: unknown }>();
  const resultOf = (id: string) => join(store, "runs", id, "result.json");
  return {
    read<K extends keyof Results>(kind: K, id: string) {
      const path = resultOf(id);
      const changed = mayRead(path) ? changeOf(path) : undefined;
      if (changed === undefined) return null;
      const found = known.get(path);
      if (found?.changed === changed) return found.value as Results[K] | null;
      const value = readSealed<Results[K]>(path, results[kind]);
      known.set(path, { changed, value });
      return value;
    },
    signature: (id) => String(mayRead(resultOf(id)) && changeOf(resultOf(id))),
    readJob(id) {
      // the id comes from the client; the name of a run folder has no separators
      const path = /^[\w-]+$/.test(id) ? join(store, "runs", id, "job.json") : undefined;
      return path !== undefined && mayRead(path) ? readSealed(path, jobRecord) : null;
    },
  };
}

function changeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** Null if the file is missing or is not what a job wrote; the plan then treats the job as not done. */
function readSealed<T>(path: string, schema: v.GenericSchema<unknown, T>): T | null {
  try {
    const parsed = parseSealed(readRegularText(path), schema);
    return "value" in parsed ? parsed.value : null;
  } catch {
    return null;
  }
}
