import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { StoredModel } from "#runtime/checkpoints/stored-model.ts";
import type { Job } from "#runtime/contract/plan.ts";
import { cachedModel, isHubName } from "#runtime/hub/cache.ts";
import { openStore, type Store } from "#runtime/runs/store.ts";
import { requireWhole } from "./download.ts";
import { UsageError } from "./exit.ts";
import { nearest } from "./nearest.ts";
import { say } from "./output.ts";
import { runInFile } from "./run-argument.ts";

/** How `modelFolder` may be told a model, for the help of commands. */
export const modelArgument =
  "a folder in the form of Hugging Face's Transformers, the name of a downloaded model of the hub, a run folder, or FILE#RUN: a pretrain declared in a .pretrain file, a cell of a comparison, or a run by id, beginning of id, or name";

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
  if (!job) throw new UsageError(`${join(folder, "job.json")} is not what a run left there; pretrain run of its file does it again`);
  return ofRun({ store, job });
}

/** Opens it, and says what is to be known of it. `predicts`: what it is for requires that it predicts tokens. */
export async function openModel(folder: string, { predicts } = { predicts: false }): Promise<StoredModel> {
  const [{ openStoredModel }, { warningsOf }] = await Promise.all([
    import("#runtime/checkpoints/stored-model.ts"),
    import("#runtime/checkpoints/checkpoint.ts"),
  ]);
  const stored = openStoredModel(folder);
  for (const warning of warningsOf(stored.checkpoint, ...(predicts ? (["prediction"] as const) : []))) say(`warning: ${warning}`);
  return stored;
}

/** The folder that is there under a path or a name of the hub, of a checkpoint or a run. Throws `UsageError`. */
export function checkpointFolder(argument: string): string {
  const folder = resolve(argument);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory())
    throw new UsageError(
      `${argument} is a file, and a checkpoint is a folder; name the one that holds config.json and the weights${ofPretrain(argument)}`,
    );
  if (stat) {
    if (["job.json", "config.json"].some((name) => existsSync(join(folder, name)))) return folder;
    const [inside] = foldersIn(folder).filter((name) => existsSync(join(folder, name, "config.json")));
    throw new UsageError(
      `${argument} has neither a config.json, as a checkpoint has, nor a job.json, as a run has${inside ? `; did you mean ${join(argument, inside)}?` : ""}`,
    );
  }
  const downloaded = cachedModel(argument);
  if (downloaded) return downloaded;
  const hub = isHubName(argument) ? `, and no model of the hub of that name is here (pretrain download ${argument})` : "";
  const near = nearFolder(argument);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  throw new UsageError(`there is no folder ${argument}${hub}${meant || "; write a checkpoint's folder, a run folder or FILE#RUN"}`);
}

const ofPretrain = (path: string) => (path.endsWith(".pretrain") ? `, or a run of it as ${path}#RUN` : "");

/** A folder beside the one that was named, or of its name in a folder beside its own, with nearly the same path. */
function nearFolder(argument: string): string | undefined {
  const [name, above] = [basename(argument), dirname(argument)];
  const beside = nearest(name, foldersIn(above));
  if (beside !== undefined) return join(above, beside);
  const parent = nearest(basename(above), foldersIn(dirname(above)));
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
  if (job.kind === "finetune") throw new UsageError(`${job.name} was fine-tuned for its task; take the pretrain that it started from`);
  if (job.kind !== "pretrain") throw new UsageError(`${job.name} is a ${job.kind}; a model comes from a pretrain`);
  if (!store.isDone(job.id)) throw new UsageError(`${job.name} is ${store.state(job.id)}: run it to its end first`);
  return store.runFolder(job.id);
}

async function findInFile(path: string, run: string): Promise<{ store: Store; job: Job }> {
  const { load } = await import("./load.ts");
  return runInFile(await load(path), run);
}
