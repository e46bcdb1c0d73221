import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Spec } from "#runtime/contract/spec.ts";
import { cachedModel, isHubName } from "#runtime/hub/cache.ts";
import { ProblemsError, UsageError } from "./exit.ts";
import { print, printJson, say } from "./output.ts";

export function addDownload(program: Command): void {
  program
    .command("download")
    .description("a model of the Hugging Face hub, into the cache that Python uses too")
    .argument("<name>", "as the hub has it: bert-base-uncased, google/electra-small-discriminator")
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      "\nHF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured.\n\nExample:\n  $ pretrain download bert-base-uncased",
    )
    .action(async (name: string, { json }: { json?: boolean }) => {
      if (!isHubName(name)) throw new UsageError(`${name} is no name of the hub: owner/name, or name alone`);
      const folder = await fromHub(name);
      if (json) printJson({ name, folder });
      else print(folder);
    });
}

/** Downloads a model, telling what. */
async function fromHub(name: string): Promise<string> {
  const { downloadModel, HubError } = await import("#runtime/hub/download.ts");
  try {
    return await downloadModel(name, (file) => say(`downloading ${name}: ${file}`));
  } catch (error) {
    if (error instanceof HubError) throw new ProblemsError(error.message);
    throw error;
  }
}

/** The models of the hub that a specification names and that are not here. */
export async function downloadMissing(spec: Spec): Promise<void> {
  for (const { checkpoint } of Object.values(spec.models)) {
    if (!checkpoint || existsSync(join(checkpoint.folder, "config.json"))) continue;
    if (isHubName(checkpoint.name) && !cachedModel(checkpoint.name)) await fromHub(checkpoint.name);
  }
}
