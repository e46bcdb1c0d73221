import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import { type FileRecord, fileRecord } from "#runtime/contract/records.ts";
import { whole } from "#runtime/contract/schema.ts";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { Parameter } from "#runtime/models/parameters.ts";
import { requireOwn } from "#runtime/runs/folder-guard.ts";
import { refuseLinks } from "#runtime/runs/refuse-links.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "#runtime/runs/safetensors.ts";
import { makeFolder, naming, readSealed, writeSealed } from "#runtime/runs/whole-files.ts";
import { differenceFrom, filesLeft, recordOf } from "#runtime/runs/written.ts";
import type { OptimizerState, Values } from "./trainer.ts";

/** A place to go on from; `progress` is whatever the loop counts. */
export interface TrainingCheckpoint<P> {
  step: number;
  progress: P;
  state: OptimizerState;
}

export interface SaveOptions {
  parameters: readonly Parameter[];
  /** How many of the newest stay. */
  keep: number;
  /** Files under `checkpoints/` that belong to it, besides its own. */
  beside?: readonly string[];
}

const [stateFile, tensorsFile] = ["state.json", "state.safetensors"];

/**
 * Writes `checkpoints/step-…/` whole or not at all, then removes all but the newest `keep`. It names, with size and checksum, its
 * tensors and whatever else the run needs to go on from it. Returns its path, relative to the run folder.
 */
export function saveCheckpoint<P>(
  folder: string,
  { step, progress, state }: TrainingCheckpoint<P>,
  { parameters, keep, beside = [] }: SaveOptions,
): string {
  const root = join(folder, "checkpoints");
  const name = nameOf(step);
  const [temporary, final] = [join(root, `${name}.tmp`), join(root, name)];
  requireOwn(root);
  refuseLinks(temporary);
  refuseLinks(final);
  rmSync(temporary, { recursive: true, force: true });
  makeFolder(temporary);
  const tensors: Record<string, StoredTensor> = {};
  for (const [part, values] of Object.entries({ weights: state.weights, ...state.moments })) {
    for (const { name, shape } of parameters) {
      const data = values[name];
      // what an optimiser keeps of a weight may be an array of another size, or nothing
      if (data) tensors[`${part}/${name}`] = { shape: data.length === sizeOf(shape) ? shape : [data.length], data };
    }
  }
  const own = writeSafetensors(join(temporary, tensorsFile), tensors);
  const kept = Object.entries(filesLeft(folder)).filter(([file]) => file.startsWith("kept/"));
  const files: Record<string, FileRecord> = { ...Object.fromEntries(kept), [`checkpoints/${name}/${tensorsFile}`]: own };
  for (const each of beside) files[`checkpoints/${each}`] = recordOf(join(root, each));
  writeSealed(join(temporary, stateFile), { job: basename(folder), step, progress, files });
  rmSync(final, { recursive: true, force: true });
  naming(final, () => renameSync(temporary, final));
  for (const old of checkpointNames(root).slice(0, -keep)) rmSync(join(root, old), { recursive: true, force: true });
  return join("checkpoints", name);
}

/**
 * The newest checkpoint that is whole, with all that belongs to it; undefined without one. Of those that are not it says why: the steps
 * since an older one are done again, with the same numbers.
 */
export function latestCheckpoint<P>(folder: string, warn: (message: string) => void): TrainingCheckpoint<P> | undefined {
  const root = join(folder, "checkpoints");
  for (const name of checkpointNames(root).reverse()) {
    const read = readCheckpoint<P>(folder, name);
    if ("checkpoint" in read) return read.checkpoint;
    warn(`a checkpoint is left out: ${read.problem}. What was done since the one before it is done again`);
    refuseLinks(join(root, name));
    rmSync(join(root, name), { recursive: true, force: true });
  }
  return undefined;
}

/** Why checkpoints of a folder are none to go on from. */
export function checkpointProblems(folder: string): string[] {
  return checkpointNames(join(folder, "checkpoints")).flatMap((name) => {
    const read = inspectCheckpoint(folder, name);
    return "problem" in read ? [read.problem] : [];
  });
}

/** Where the newest checkpoint is, relative to the run folder. */
export function latestCheckpointPath(folder: string): string | undefined {
  const name = checkpointNames(join(folder, "checkpoints")).at(-1);
  return name === undefined ? undefined : join("checkpoints", name);
}

/** The job is done: its result replaces them. */
export function removeCheckpoints(folder: string): void {
  const root = join(folder, "checkpoints");
  requireOwn(root);
  refuseLinks(root);
  rmSync(root, { recursive: true, force: true });
}

/** What `state.json` says; what the loop counts is its own business. */
const savedState = v.object({
  job: v.string(),
  step: whole,
  progress: v.looseObject({}),
  files: v.record(v.string(), fileRecord),
});

function inspectCheckpoint(folder: string, name: string): { step: number; progress: object } | { problem: string } {
  const path = join(folder, "checkpoints", name, stateFile);
  const read = readSealed(path, savedState) ?? { problem: "it is not there" };
  if ("problem" in read) return { problem: `${path}: ${read.problem}` };
  const { job, step, progress, files } = read.value;
  if (job !== basename(folder) || nameOf(step) !== name) return { problem: `${path}: it is that of step ${step} of ${job}` };
  for (const [file, record] of Object.entries(files)) {
    const problem = differenceFrom(record, join(folder, file), true);
    if (problem) return { problem: `${join(folder, file)}: ${problem}` };
  }
  return { step, progress };
}

function readCheckpoint<P>(folder: string, name: string): { checkpoint: TrainingCheckpoint<P> } | { problem: string } {
  const inspected = inspectCheckpoint(folder, name);
  if ("problem" in inspected) return inspected;
  const { tensors } = readSafetensors(join(folder, "checkpoints", name, tensorsFile));
  const parts: Record<string, Values> = {};
  for (const [key, { data }] of Object.entries(tensors)) {
    const [part = "", name = ""] = key.split("/", 2);
    parts[part] ??= {};
    parts[part][name] = data as Float32Array;
  }
  const { weights = {}, ...moments } = parts;
  return { checkpoint: { step: inspected.step, progress: inspected.progress as P, state: { weights, moments } } };
}

function nameOf(step: number): string {
  return `step-${String(step).padStart(8, "0")}`;
}

function checkpointNames(root: string): string[] {
  return existsSync(root)
    ? readdirSync(root)
        .filter((name) => /^step-\d+$/.test(name))
        .sort()
    : [];
}
