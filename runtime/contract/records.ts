import * as v from "valibot";
import { engineNames } from "./catalogue/engines.ts";
import { engineOptionsSchema } from "./engine-options.ts";
import { processId, whole } from "./schema.ts";

/* Files of a `.pretrain` folder besides jobs, results and events. */

/** Who works on something: what a `lock` holds. */
export const lockHolder = v.object({
  pid: processId,
  /** When it started, as the system writes it; null where the system does not say. */
  started: v.optional(v.nullable(v.string()), null),
  host: v.string(),
});
export type LockHolder = v.InferOutput<typeof lockHolder>;

export const engineDescription = v.object({
  engine: v.picklist(engineNames),
  version: v.string(),
  device: v.string(),
  threads: whole,
  /** Its own options as it took them, those included that were left out. */
  options: v.exactOptional(engineOptionsSchema),
  /** Why this engine, where it was chosen. */
  reason: v.exactOptional(v.string()),
});
export type EngineDescription = v.InferOutput<typeof engineDescription>;

export const session = v.object({
  /** ISO 8601, UTC. */
  start: v.string(),
  end: v.exactOptional(v.string()),
  outcome: v.exactOptional(v.picklist(["done", "failed", "stopped"])),
  pretrain: v.string(),
  node: v.string(),
  platform: v.string(),
  host: v.string(),
  pid: v.number(),
  /** Absent where the job needs none. */
  engine: v.exactOptional(engineDescription),
});
export type Session = v.InferOutput<typeof session>;

/** A file as it was when the plan was made, or when a job left it. */
export const fileRecord = v.object({
  bytes: whole,
  /** SHA-256 of the content, hex. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type FileRecord = v.InferOutput<typeof fileRecord>;

/** How a result came about: `manifest.json` of a run folder. */
export const manifest = v.object({
  job: v.string(),
  fingerprint: v.string(),
  /** Each time a process worked on it, the last one last. */
  sessions: v.array(session),
  /** Raw files it read itself. */
  files: v.array(v.object({ path: v.string(), bytes: whole, sha256: v.string() })),
});
export type Manifest = v.InferOutput<typeof manifest>;

/**
 * `.pretrain/looks/<id>.json`: a comparison whose seeds are added until it is settled. `id` is that of the comparison with the
 * seeds that the text declares, so that one which was changed starts anew.
 */
export const looksRecord = v.object({
  /** Seeds at each look so far, ascending. */
  seeds: v.pipe(v.array(whole), v.minLength(1)),
  /** Seeds at the last look that there may be. */
  most: whole,
});
export type LooksRecord = v.InferOutput<typeof looksRecord>;

/** What was expected of a comparison, and when that was known: a line of `.pretrain/hypotheses.jsonl`. */
export const hypothesis = v.object({
  /** ISO 8601, UTC. */
  time: v.string(),
  comparison: v.string(),
  /** `mlm > clm on sentiment.accuracy`. */
  text: v.string(),
  /** Of the comparison as planned: its cells, seeds, tasks and expectations. */
  fingerprint: v.string(),
});
export type Hypothesis = v.InferOutput<typeof hypothesis>;

/** A file's content as it was last read: `.pretrain/cache/fingerprints.json`, by path. */
export const knownContent = v.object({
  /** The file's identity and times, as `file-sign.ts` writes them. */
  sign: v.string(),
  ...fileRecord.entries,
});
export type KnownContent = v.InferOutput<typeof knownContent>;
export const knownContents = v.record(v.string(), knownContent);

/** `verified/<commit>.json` of a repository in the hub's cache: which files were held against what the hub publishes. */
export const verifiedFiles = v.record(
  v.string(),
  v.object({
    bytes: whole,
    /** Null where the hub publishes none. */
    sum: v.nullable(v.object({ kind: v.picklist(["sha256", "git"]), hex: v.string() })),
    /** As the file was then (`file-sign.ts`). */
    sign: v.string(),
  }),
);
export type VerifiedFiles = v.InferOutput<typeof verifiedFiles>;
