import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { downloadFileToCacheDir, modelInfo, pathsInfo } from "@huggingface/hub";
import { cachedModel, hubCache } from "./cache.ts";

/** A model of the hub that cannot be had, and why. */
export class HubError extends Error {}

const single = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "vocab.txt",
  "vocab.json",
  "merges.txt",
];
const [whole, index, pickled] = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"];

/**
 * The folder of a model of the Hugging Face hub, downloaded where it is not: config, tokenizer and safetensors of its main branch, in
 * the cache that Python's `huggingface_hub` uses. Honours HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE. Throws
 * `HubError`.
 */
export async function downloadModel(name: string, onFile: (file: string) => void, environment = process.env): Promise<string> {
  const cacheDir = hubCache(environment);
  if (/^(1|on|yes|true)$/i.test(environment.HF_HUB_OFFLINE ?? "")) {
    const cached = cachedModel(name, cacheDir);
    if (cached) return cached;
    throw new HubError(`${name} is not in ${cacheDir}, and HF_HUB_OFFLINE forbids downloading. Download it without, or name a folder`);
  }
  const accessToken = environment.HF_TOKEN || storedToken(environment);
  const hubUrl = environment.HF_ENDPOINT?.replace(/\/$/, "");
  const access = { ...(hubUrl ? { hubUrl } : {}), ...(accessToken ? { accessToken } : {}) };
  // the library tells of every file on standard output, where `--json` has its document
  console.debug = () => {};
  try {
    const { sha } = await modelInfo({ name, revision: "main", additionalFields: ["sha"], ...access });
    const at = { repo: name, revision: sha, ...access };
    const there = (await pathsInfo({ ...at, paths: [...single, whole, index, pickled] })).map(({ path }) => path);
    const fetchFile = (path: string) => {
      onFile(path);
      return downloadFileToCacheDir({ ...at, path, cacheDir });
    };
    for (const path of single.filter((each) => there.includes(each))) await fetchFile(path);
    if (there.includes(whole)) await fetchFile(whole);
    else if (there.includes(index)) for (const shard of shardsOf(await fetchFile(index))) await fetchFile(shard);
    else
      throw new HubError(
        `${name} has no ${whole} on the hub${there.includes(pickled) ? `, only pickled weights (${pickled}), which are not read` : ""}`,
      );
    const branch = join(cacheDir, `models--${name.replaceAll("/", "--")}`, "refs", "main");
    mkdirSync(dirname(branch), { recursive: true });
    writeFileSync(branch, sha);
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError(
      `${name} could not be downloaded from ${hubUrl ?? "the hub"}: ${(error as Error).message}. Check its name, the network, and HF_TOKEN for a private model`,
    );
  }
  const folder = cachedModel(name, cacheDir);
  if (folder) return folder;
  throw new HubError(`${name} has no config.json on the hub: it is no model in the form of Transformers`);
}

/** Of `huggingface-cli login`. */
function storedToken({ HF_TOKEN_PATH, HF_HOME }: NodeJS.ProcessEnv): string | undefined {
  try {
    return readFileSync(HF_TOKEN_PATH || join(HF_HOME || join(homedir(), ".cache", "huggingface"), "token"), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

function shardsOf(path: string): string[] {
  const { weight_map: map = {} } = JSON.parse(readFileSync(path, "utf8")) as { weight_map?: Record<string, string> };
  return [...new Set(Object.values(map))].sort();
}
