import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Parameter } from "../models/parameters.ts";
import { readJson, writeJson } from "../store/files.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../store/safetensors.ts";
import type { OptimizerState, Values } from "./trainer.ts";

/** A place to go on from; `progress` is whatever the loop counts. */
export interface Checkpoint<P> {
  step: number;
  progress: P;
  state: OptimizerState;
}

const parts = { weights: "weights/", firstMoment: "first_moment/", secondMoment: "second_moment/" } as const;

/**
 * Writes `checkpoints/step-…/` whole or not at all, then removes all but the newest `keep`. Returns its path, relative to the
 * run folder.
 */
export function saveCheckpoint<P>(
  folder: string,
  { step, progress, state }: Checkpoint<P>,
  parameters: readonly Parameter[],
  keep: number,
): string {
  const root = join(folder, "checkpoints");
  const name = `step-${String(step).padStart(8, "0")}`;
  const [temporary, final] = [join(root, `${name}.tmp`), join(root, name)];
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const tensors: Record<string, StoredTensor> = {};
  for (const [part, prefix] of Object.entries(parts)) {
    for (const { name, shape } of parameters) tensors[prefix + name] = { shape, data: state[part as keyof OptimizerState][name]! };
  }
  writeSafetensors(join(temporary, "state.safetensors"), tensors);
  writeJson(join(temporary, "state.json"), { step, progress });
  rmSync(final, { recursive: true, force: true });
  renameSync(temporary, final);
  for (const old of checkpointNames(root).slice(0, -keep)) rmSync(join(root, old), { recursive: true, force: true });
  return join("checkpoints", name);
}

/** The newest checkpoint; undefined without one. */
export function latestCheckpoint<P>(folder: string): Checkpoint<P> | undefined {
  const root = join(folder, "checkpoints");
  const name = checkpointNames(root).at(-1);
  if (name === undefined) return undefined;
  const saved = readJson<{ step: number; progress: P }>(join(root, name, "state.json"));
  if (!saved) return undefined;
  const { tensors } = readSafetensors(join(root, name, "state.safetensors"));
  const pick = (prefix: string): Values =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, { data }]) => [key.slice(prefix.length), data as Float32Array]),
    );
  const state = { weights: pick(parts.weights), firstMoment: pick(parts.firstMoment), secondMoment: pick(parts.secondMoment) };
  return { ...saved, state };
}

/** Where the newest checkpoint is, relative to the run folder. */
export function latestCheckpointPath(folder: string): string | undefined {
  const name = checkpointNames(join(folder, "checkpoints")).at(-1);
  return name === undefined ? undefined : join("checkpoints", name);
}

/** The job is done: its result replaces them. */
export function removeCheckpoints(folder: string): void {
  rmSync(join(folder, "checkpoints"), { recursive: true, force: true });
}

function checkpointNames(root: string): string[] {
  return existsSync(root)
    ? readdirSync(root)
        .filter((name) => /^step-\d+$/.test(name))
        .sort()
    : [];
}
