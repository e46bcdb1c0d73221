import * as v from "valibot";
import { engineNames } from "./catalogue/engines.ts";
import { engineOptionsSchema } from "./engine-options.ts";
import { processId, whole } from "./schema.ts";

/* Schemas of the files of a `.pretrain` folder other than jobs, results and events. */

/**
 * Who works on something: the content of a `lock`. The holder writes the file again and again while it lives. Other hosts cannot look at
 * its process: for them the lock ends `lease` seconds after the file was last written.
 */
export const lockHolder = v.object({
  pid: processId,
  /** Start of the process, as its system writes it; null: unknown. */
  started: v.optional(v.nullable(v.string()), null),
  host: v.string(),
  /** Seconds; absent in locks of earlier versions, which do not end. */
  lease: v.exactOptional(whole),
});
export type LockHolder = v.InferOutput<typeof lockHolder>;

export const engineDescription = v.object({
  engine: v.picklist(engineNames),
  version: v.string(),
  device: v.string(),
  threads: whole,
  /** The engine's own options in effect, including defaults. */
  options: v.exactOptional(engineOptionsSchema),
  /** Why this engine was chosen, if it was chosen automatically. */
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
  /** Absent if the job needs no engine. */
  engine: v.exactOptional(engineDescription),
});
export type Session = v.InferOutput<typeof session>;

/** A file as it was when the plan was made, or when a job wrote it. */
export const fileRecord = v.object({
  bytes: whole,
  /** SHA-256 of the content, hex. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type FileRecord = v.InferOutput<typeof fileRecord>;

/** The provenance of a result: `manifest.json` of a run folder. */
export const manifest = v.object({
  job: v.string(),
  fingerprint: v.string(),
  /** The processes that worked on the job, in order of time. */
  sessions: v.array(session),
  /** Raw files that the job read. */
  files: v.array(v.object({ path: v.string(), bytes: whole, sha256: v.string() })),
});
export type Manifest = v.InferOutput<typeof manifest>;

/**
 * `.pretrain/interim-analyses/<id>.json`: the interim analyses of a comparison whose seeds are added until it is settled. `id` is the id of the
 * comparison with its declared seeds, so that a changed comparison starts again.
 */
export const interimAnalysesRecord = v.object({
  /** Number of seeds at each interim analysis so far, in ascending order. */
  seeds: v.pipe(v.array(whole), v.minLength(1)),
  /** Number of seeds at the final analysis. */
  max: whole,
});
export type InterimAnalysesRecord = v.InferOutput<typeof interimAnalysesRecord>;

/** A hypothesis about a comparison and the time when it was recorded: a line of `.pretrain/hypotheses.jsonl`. */
export const hypothesis = v.object({
  /** ISO 8601, UTC. */
  time: v.string(),
  comparison: v.string(),
  /** `mlm > clm on sentiment.accuracy`. */
  text: v.string(),
  /** Fingerprint of the planned comparison: its cells, seeds, tasks and expectations. */
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

/** `verified/<commit>.json` of a repository in the hub's cache: the files whose checksums were compared with the hub's. */
export const verifiedFiles = v.record(
  v.string(),
  v.object({
    bytes: whole,
    /** Checksum; null if the hub publishes none. */
    sum: v.nullable(v.object({ kind: v.picklist(["sha256", "git"]), hex: v.string() })),
    /** Identity and times of the file at that moment (`file-sign.ts`). */
    sign: v.string(),
  }),
);
export type VerifiedFiles = v.InferOutput<typeof verifiedFiles>;
