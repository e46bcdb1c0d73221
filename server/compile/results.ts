import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type {
  CorpusResult,
  EncodeResult,
  FinetuneResult,
  MeasureResult,
  PretrainResult,
  TokenizerResult,
} from "#runtime/contract/artifacts.ts";
import type { Job } from "#runtime/contract/plan.ts";

interface Results {
  corpus: CorpusResult;
  tokenizer: TokenizerResult;
  encode: EncodeResult;
  measure: MeasureResult;
  pretrain: PretrainResult;
  finetune: FinetuneResult;
}

/** What jobs left in a `.pretrain` folder. A file is read again only when it changed. */
export interface StoredResults {
  /** Null where the job is not done. */
  read<K extends keyof Results>(kind: K, id: string): Results[K] | null;
  /** Changes when a job is done, or its result deleted. */
  signature(id: string): string;
  /** The job as it was planned when it last ran. */
  readJob(id: string): Job | null;
}

export function storedResults(store: string): StoredResults {
  const known = new Map<string, { changed: number; value: unknown }>();
  const resultOf = (id: string) => join(store, "runs", id, "result.json");
  return {
    read<K extends keyof Results>(_kind: K, id: string) {
      const path = resultOf(id);
      const changed = changeOf(path);
      if (changed === undefined) return null;
      const found = known.get(path);
      if (found?.changed === changed) return found.value as Results[K] | null;
      const value = readJson<Results[K]>(path);
      known.set(path, { changed, value });
      return value;
    },
    signature: (id) => String(changeOf(resultOf(id))),
    // an id comes from outside; a run folder's name has no separators
    readJob: (id) => (/^[\w-]+$/.test(id) ? readJson<Job>(join(store, "runs", id, "job.json")) : null),
  };
}

function changeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** Null where the file is not there, or is no JSON: another program's business. */
function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return null;
  }
}
