import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import { type Results, results } from "#runtime/contract/artifacts.ts";
import { fileSign } from "#runtime/contract/file-sign.ts";
import { JobFailure } from "#runtime/contract/job-context.ts";
import type { Job, JobKind } from "#runtime/contract/plan.ts";
import { jobRecord } from "#runtime/contract/plan-schema.ts";
import type { Parsed } from "#runtime/contract/record-text.ts";
import { type FileRecord, fileRecord } from "#runtime/contract/records.ts";
import { checked } from "#runtime/contract/schema.ts";
import { readSealed } from "./whole-files.ts";
import { differenceFrom } from "./written.ts";

/** The output of a job: its result, and the files that belong to it. */
export interface Left {
  job: Job;
  result: Results[JobKind];
  files: Record<string, FileRecord>;
}

/** How much of a folder is checked: the sizes of the files, and also the content of the named files, or of all. */
export type Depth = "sizes" | "content" | readonly string[];

/** The output of a job; undefined if it is not done; a problem if its files were changed after they were written. */
export type FolderInspection = { left: Left } | { problem: string } | undefined;

/** Inspects run folders. Files are not read again as long as their size and times do not change. */
export function inspector(): (folder: string, depth: Depth) => FolderInspection {
  const known = new Map<string, { sign: string; left: Left | { problem: string } }>();
  const contents = new Map<string, string>();
  return (folder, depth) => {
    const sign = signOf(join(folder, "result.json"));
    if (sign === undefined) return undefined;
    const both = `${sign} ${signOf(join(folder, "job.json"))}`;
    const found = known.get(folder);
    const left = found?.sign === both ? found.left : readLeft(folder);
    known.set(folder, { sign: both, left });
    if ("problem" in left) return left;
    for (const [name, record] of Object.entries(left.files)) {
      const path = join(folder, name);
      if (mayBeDeleted(name) && !existsSync(path)) continue;
      const problem = differenceFrom(record, path, false) ?? (isRequested(depth, name) ? differenceInContent(record, path) : undefined);
      if (problem) return { problem: `${path}: ${problem}` };
    }
    return { left };
  };

  function differenceInContent(record: FileRecord, path: string): string | undefined {
    const sign = `${signOf(path)} ${record.sha256}`;
    if (contents.get(path) === sign) return undefined;
    const problem = differenceFrom(record, path, true);
    if (problem === undefined) contents.set(path, sign);
    return problem;
  }
}

/** The kind of job in a job's id. */
export function kindOf(id: string): JobKind | undefined {
  const kind = id.slice(0, id.indexOf("-"));
  return Object.hasOwn(results, kind) ? (kind as JobKind) : undefined;
}

/** Reads `job.json` of a folder. */
export function readJobRecord(folder: string): Parsed<Job> | undefined {
  const read = readSealed(join(folder, "job.json"), jobRecord);
  if (read && "value" in read && read.value.id !== basename(folder)) return { problem: `it is that of another job, ${read.value.id}` };
  return read;
}

/** The result of a job that another job reads. Throws `JobFailure`. */
export function readInput<K extends JobKind>(folder: string, kind: K): Results[K] {
  const read = readResultRecord(folder, kind);
  if ("value" in read) return read.value.result;
  throw new JobFailure(`${join(folder, "result.json")}: ${read.problem}. Run again to make the missing files again`);
}

function readResultRecord<K extends JobKind>(folder: string, kind: K): Parsed<{ result: Results[K]; files: Left["files"] }> {
  const record = readSealed(join(folder, "result.json"), resultRecord) ?? notThere;
  if ("problem" in record) return record;
  const { job, files } = record.value;
  if (job !== basename(folder)) return { problem: `it is that of another job, ${job}` };
  const result = checked<Results[K]>(results[kind], record.value);
  return "problem" in result ? result : { value: { result: result.value, files } };
}

function readLeft(folder: string): Left | { problem: string } {
  const kind = kindOf(basename(folder));
  if (!kind) return { problem: `${folder}: its name does not begin with a kind of job` };
  const record = readResultRecord(folder, kind);
  if ("problem" in record) return { problem: `${join(folder, "result.json")}: ${record.problem}` };
  const job = readJobRecord(folder) ?? notThere;
  if ("problem" in job) return { problem: `${join(folder, "job.json")}: ${job.problem}` };
  return { job: job.value, ...record.value };
}

const notThere = { problem: "it is not there" };

/** The fields of `result.json` that all kinds of job have: the id of the job, and its other files. */
const resultRecord = v.looseObject({ job: v.string(), files: v.record(v.string(), fileRecord) });

/** Whether a file may be deleted: intermediate weights are made again if something starts from them, and are not needed otherwise. */
function mayBeDeleted(name: string): boolean {
  return name.startsWith("kept/");
}

function isRequested(depth: Depth, name: string): boolean {
  return depth === "content" || (depth !== "sizes" && depth.includes(name));
}

function signOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat && fileSign(stat);
}
