import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Job } from "#runtime/contract/plan.ts";
import { cachedModel, isHubName } from "#runtime/hub/cache.ts";
import { openStore, type Store } from "#runtime/store/store.ts";
import { UsageError } from "./exit.ts";
import { findRun, runTable } from "./runs.ts";

/** How `modelFolder` may be told a model, for the help of commands. */
export const modelArgument =
  "a folder in the form of Hugging Face's Transformers, the name of a downloaded model of the hub, a run folder, or FILE#RUN: a pretrain declared in a .pretrain file, or a run of it by id, beginning of id, or name";

/** The folder of the model that a command was given. Throws `UsageError`. */
export async function modelFolder(argument: string): Promise<string> {
  const hash = argument.lastIndexOf("#");
  if (hash > 0) return ofRun(await findInFile(argument.slice(0, hash), argument.slice(hash + 1)));
  const folder = resolve(argument);
  if (!existsSync(folder)) {
    const downloaded = cachedModel(argument);
    if (downloaded) return downloaded;
    const hub = isHubName(argument) ? `, and no model of the hub of that name is here (pretrain download ${argument})` : "";
    throw new UsageError(`there is no folder ${argument}${hub}; write a checkpoint's folder, a run folder or FILE#RUN`);
  }
  if (!existsSync(join(folder, "job.json"))) {
    if (existsSync(join(folder, "config.json"))) return folder;
    throw new UsageError(`${argument} has neither a config.json, as a checkpoint has, nor a job.json, as a run has`);
  }
  // <root>/runs/<id>
  const store = openStore(dirname(dirname(folder)));
  return ofRun({ store, job: store.readJob(basename(folder))! });
}

function ofRun({ store, job }: { store: Store; job: Job }): string {
  if (job.kind === "finetune") throw new UsageError(`${job.name} was fine-tuned for its task; take the pretrain that it started from`);
  if (job.kind !== "pretrain") throw new UsageError(`${job.name} is a ${job.kind}; a model comes from a pretrain`);
  if (!store.isDone(job.id)) throw new UsageError(`${job.name} is ${store.state(job.id)}: run it to its end first`);
  return store.runFolder(job.id);
}

async function findInFile(path: string, run: string): Promise<{ store: Store; job: Job }> {
  const { load } = await import("./load.ts");
  const loaded = await load(path);
  if (Object.hasOwn(loaded.spec.pretrainings, run)) return { store: loaded.store, job: loaded.plan(run).plan.jobs.at(-1)! };
  return { store: loaded.store, job: findRun(runTable(loaded.plan().plan, loaded.store), run) };
}

/** Reads an option's number. */
export function atLeast(least: number, whole: boolean, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
      const range = most === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`A ${whole ? "whole " : ""}number ${range} is needed.`);
    }
    return value;
  };
}
