import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { StoredModel } from "#runtime/checkpoints/stored-model.ts";
import { nearest } from "#runtime/contract/nearest.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { cachedModel, isHubName } from "#runtime/hub/cache.ts";
import { openStore, type Store } from "#runtime/runs/store.ts";
import { requireWhole } from "./download.ts";
import { UsageError } from "./exit.ts";
import { say } from "./output.ts";
import { runInFile } from "./run-argument.ts";

/** Help text for arguments that `modelFolder` resolves to a model. */
export const modelArgument =
  "a folder in the format of Hugging Face's Transformers, the name of a downloaded model of the hub, a run folder, or FILE#RUN, where RUN is a pretrain declared in a .pretrain file, a cell of a comparison, or the id, the beginning of the id, or the name of a run";

/** The folder of the model that a command was given. Throws `UsageError`. */
export async function modelFolder(argument: string): Promise<string> {
  const hash = argument.lastIndexOf("#");
  if (hash > 0) return ofRun(await findInFile(argument.slice(0, hash), argument.slice(hash + 1)));
  const folder = checkpointFolder(argument);
  if (folder === cachedModel(argument)) await requireWhole(argument, folder);
  if (!existsSync(join(folder, "job.json"))) return folder;
  // <root>/runs/<id>
  const store = openStore(dirname(dirname(folder)));
  const job = store.readJob(basename(folder));
  if (!job) throw new UsageError(`${join(folder, "job.json")} was changed after a run wrote it; pretrain run with its file runs it again`);
  return ofRun({ store, job });
}

/** Opens a stored model and prints its notes. `predicts`: the caller requires a model that predicts tokens. */
export async function openModel(folder: string, { predicts } = { predicts: false }): Promise<StoredModel> {
  const [{ openStoredModel }, { warningsOf }] = await Promise.all([
    import("#runtime/checkpoints/stored-model.ts"),
    import("#runtime/checkpoints/checkpoint.ts"),
  ]);
  const stored = openStoredModel(folder);
  for (const warning of warningsOf(stored.checkpoint, ...(predicts ? (["prediction"] as const) : []))) say(`warning: ${warning}`);
  return stored;
}

/** The folder of a checkpoint or run, from a path or a name of the hub. Throws `UsageError` if there is none. */
export function checkpointFolder(argument: string): string {
  const folder = resolve(argument);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory())
    throw new UsageError(
      `${argument} is a file, but a checkpoint is a folder; name the one that contains config.json and the weights${ofPretrain(argument)}`,
    );
  if (stat) {
    if (["job.json", "config.json"].some((name) => existsSync(join(folder, name)))) return folder;
    const [inside] = foldersIn(folder).filter((name) => existsSync(join(folder, name, "config.json")));
    throw new UsageError(
      `${argument} has neither the config.json of a checkpoint nor the job.json of a run${inside ? `; did you mean ${join(argument, inside)}?` : ""}`,
    );
  }
  const downloaded = cachedModel(argument);
  if (downloaded) return downloaded;
  const hub = isHubName(argument) ? `, and no model of that name was downloaded from the hub (pretrain download ${argument})` : "";
  const near = nearFolder(argument);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  throw new UsageError(`there is no folder ${argument}${hub}${meant || "; give the folder of a checkpoint, a run folder or FILE#RUN"}`);
}

const ofPretrain = (path: string) => (path.endsWith(".pretrain") ? `, or a run of it as ${path}#RUN` : "");

/** An existing folder whose path is nearly the one that was named: a misspelled folder, or one in a misspelled parent folder. */
function nearFolder(argument: string): string | undefined {
  const [name, above] = [basename(argument), dirname(argument)];
  const [beside] = nearest(name, foldersIn(above));
  if (beside !== undefined) return join(above, beside);
  const [parent] = nearest(basename(above), foldersIn(dirname(above)));
  const path = parent === undefined ? undefined : join(dirname(above), parent, name);
  return path !== undefined && existsSync(path) ? path : undefined;
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function ofRun({ store, job }: { store: Store; job: Job }): string {
  if (job.kind === "finetune") throw new UsageError(`${job.name} was fine-tuned for its task; use the pretrain that it started from`);
  if (job.kind !== "pretrain") throw new UsageError(`${job.name} is of the kind ${job.kind}; only a pretrain has a model`);
  if (!store.isDone(job.id)) throw new UsageError(`${job.name} is ${store.state(job.id)}: run it to its end first`);
  return store.runFolder(job.id);
}

async function findInFile(path: string, run: string): Promise<{ store: Store; job: Job }> {
  const { load } = await import("./load.ts");
  return runInFile(await load(path), run);
}
