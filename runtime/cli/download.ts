import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { chosenData, hubFilesOf } from "#runtime/compile/hub-data.ts";
import type { CorpusSpec, Spec, Split } from "#runtime/contract/spec.ts";
import { cachedData, cachedModel, isHubName } from "#runtime/hub/cache.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import { print, printJson, say } from "./output.ts";

interface DownloadOptions {
  dataset?: boolean;
  files?: string[];
  json?: boolean;
}

export function addDownload(program: Command): void {
  program
    .command("download")
    .description("a model or a data set of the Hugging Face hub, into the cache that Python uses too")
    .argument("<name>", "as the hub has it: bert-base-uncased, google/electra-small-discriminator")
    .option("--dataset", "a data set: its files of text, .jsonl, .csv, .tsv and .parquet, of the training split where they tell splits")
    .option("--files <patterns...>", "with --dataset: these of its files, such as data/*.parquet")
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      "\nHF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured.\n\nExamples:\n  $ pretrain download bert-base-uncased\n  $ pretrain download --dataset Salesforce/wikitext --files wikitext-2-raw-v1/*.parquet",
    )
    .action(async (name: string, { dataset, files, json }: DownloadOptions) => {
      if (!isHubName(name)) throw new UsageError(`${name} is no name of the hub: owner/name, or name alone`);
      if (files && !dataset) throw new UsageError("--files goes with --dataset");
      const folder = dataset ? await dataFromHub({ name, files: files ?? null }) : await modelFromHub(name);
      if (json) printJson({ name, folder });
      else print(folder);
    });
}

/** Downloads a model, telling what. */
async function modelFromHub(name: string): Promise<string> {
  const { downloadModel } = await import("#runtime/hub/download.ts");
  return saying(() => downloadModel(name, (file) => say(`downloading ${name}: ${file}`)));
}

type HubData = NonNullable<CorpusSpec["hub"]> & { split?: Split };

/** Downloads of a data set what is read, telling what. */
async function dataFromHub({ name, files, split }: HubData): Promise<string> {
  const { downloadData } = await import("#runtime/hub/download.ts");
  const wanted = (paths: readonly string[]) => chosenData(paths, files, split);
  return saying(() => downloadData(name, { wanted, onFile: (file) => say(`downloading ${name}: ${file}`) }));
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

/** The models and data sets of the hub that a specification names and that are not here. */
export async function downloadMissing(spec: Spec): Promise<void> {
  for (const { checkpoint } of Object.values(spec.models)) {
    if (!checkpoint || existsSync(join(checkpoint.folder, "config.json"))) continue;
    if (isHubName(checkpoint.name) && !cachedModel(checkpoint.name)) await modelFromHub(checkpoint.name);
  }
  for (const task of Object.values(spec.tasks)) {
    for (const { split, from } of hubFilesOf(task)) {
      const data = { name: from.hub, files: from.files, split };
      if (isHubName(from.hub) && !isHere(data)) await dataFromHub(data);
    }
  }
  for (const { hub } of Object.values(spec.corpora)) if (hub && isHubName(hub.name) && !isHere(hub)) await dataFromHub(hub);
}

function isHere({ name, files, split }: HubData): boolean {
  const data = cachedData(name);
  return data !== null && chosenData(data.paths, files, split).every((path) => existsSync(join(data.folder, path)));
}
