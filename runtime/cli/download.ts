import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { chosenData, hubFilesOf } from "#runtime/compile/hub-data.ts";
import type { CorpusSpec, Spec, Split } from "#runtime/contract/spec.ts";
import { isOffline } from "#runtime/hub/access.ts";
import { cachedModel, hubCache, isHubName, repositoryOf } from "#runtime/hub/cache.ts";
import { damageOf } from "#runtime/hub/verified.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import { hubData } from "./node-files.ts";
import { print, printJson, say } from "./output.ts";

interface DownloadOptions {
  dataset?: boolean;
  files?: string[];
  json?: boolean;
}

export function addDownload(program: Command): void {
  program
    .command("download")
    .description("download a model or data set of the Hugging Face hub to the cache that Python also uses")
    .argument("<name>", "its name on the hub: bert-base-uncased, google/electra-small-discriminator")
    .option(
      "--dataset",
      "a data set: its text, .jsonl, .csv, .tsv and .parquet files; if file names indicate splits, only the training split",
    )
    .option("--files <patterns...>", "with --dataset: only these files, such as data/*.parquet")
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      "\nHF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured.\n\nExamples:\n  $ pretrain download bert-base-uncased\n  $ pretrain download --dataset Salesforce/wikitext --files wikitext-2-raw-v1/*.parquet",
    )
    .action(async (name: string, { dataset, files, json }: DownloadOptions) => {
      if (!isHubName(name)) throw new UsageError(`${name} is not a name of the hub: expected owner/name, or only a name`);
      if (files && !dataset) throw new UsageError("--files requires --dataset");
      const folder = dataset ? await dataFromHub({ name, files: files ?? null }) : await modelFromHub(name);
      if (json) printJson({ name, folder });
      else print(folder);
    });
}

/** Downloads a model with progress messages, and returns its folder. */
async function modelFromHub(name: string): Promise<string> {
  const { downloadModel } = await import("#runtime/hub/download.ts");
  return saying(() => downloadModel(name, telling(name)));
}

type HubData = NonNullable<CorpusSpec["hub"]> & { split?: Split };

/** Downloads the files of a data set that are read, with progress messages, and returns its folder. */
async function dataFromHub({ name, files, split }: HubData): Promise<string> {
  const { downloadData } = await import("#runtime/hub/download.ts");
  const requested = (paths: readonly string[]) => chosenData(paths, files, split);
  return saying(() => downloadData(name, { requested, ...telling(name) }));
}

function telling(name: string): { onFile(file: string): void; onNotice(notice: string): void } {
  return { onFile: (file) => say(`downloading ${name}: ${file}`), onNotice: (notice) => say(`warning: ${notice}`) };
}

async function saying(download: () => Promise<string>): Promise<string> {
  const { HubError } = await import("#runtime/hub/access.ts");
  try {
    return await download();
  } catch (error) {
    if (error instanceof HubError) throw new ProblemsError(error.message);
    throw error;
  }
}

/** Downloads the models and data sets of the hub that a specification names and that are missing here or differ from the hub's. */
export async function downloadMissing(spec: Spec): Promise<void> {
  for (const { checkpoint } of Object.values(spec.models)) {
    if (!checkpoint || existsSync(join(checkpoint.folder, "config.json")) || !isHubName(checkpoint.name)) continue;
    const folder = cachedModel(checkpoint.name);
    if (!folder || (await isDamaged("model", checkpoint.name, folder, modelFilesIn(folder)))) await modelFromHub(checkpoint.name);
  }
  for (const task of Object.values(spec.tasks)) {
    for (const { split, from } of hubFilesOf(task)) {
      const data = { name: from.hub, files: from.files, split };
      if (isHubName(from.hub) && !(await isHere(data))) await dataFromHub(data);
    }
  }
  for (const { hub } of Object.values(spec.corpora)) if (hub && isHubName(hub.name) && !(await isHere(hub))) await dataFromHub(hub);
}

/** Throws `UsageError` if a model in the cache differs from what the hub published. */
export async function requireWhole(name: string, folder: string): Promise<void> {
  const damage = await damageIn("model", name, folder, modelFilesIn(folder));
  if (damage !== undefined) throw new UsageError(`${damage}. Download it again: pretrain download ${name}`);
}

async function isHere({ name, files, split }: HubData): Promise<boolean> {
  const data = hubData(name);
  if (data === null) return false;
  const paths = chosenData(data.paths, files, split);
  return paths.every((path) => existsSync(join(data.folder, path))) && !(await isDamaged("dataset", name, data.folder, paths));
}

/** Whether cached files differ from what the hub published. Throws if they do and the network may not be used. */
async function isDamaged(kind: "model" | "dataset", name: string, folder: string, paths: readonly string[]): Promise<boolean> {
  const damage = await damageIn(kind, name, folder, paths);
  if (damage !== undefined && isOffline(process.env))
    throw new ProblemsError(`${damage}. HF_HUB_OFFLINE forbids downloading it again; unset it and run again`);
  return damage !== undefined;
}

/** Describes the first file that differs from what the hub published; undefined if there is none. */
async function damageIn(kind: "model" | "dataset", name: string, folder: string, paths: readonly string[]): Promise<string | undefined> {
  const repository = repositoryOf(kind, name, hubCache());
  for (const path of paths) {
    const damage = await damageOf({ repository, commit: basename(folder), path });
    if (damage !== undefined) return `${join(folder, path)} differs from the hub's: ${damage}`;
  }
  return undefined;
}

/** The files of a model's folder in the cache; it contains only these. */
function modelFilesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
}
