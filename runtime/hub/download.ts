import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { datasetInfo, downloadFileToCacheDir, listFiles, modelInfo, pathsInfo } from "@huggingface/hub";
import { HubError, isOffline } from "./access.ts";
import { cachedData, cachedModel, hubCache, listingOf, repositoryOf } from "./cache.ts";

const single = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "added_tokens.json",
  "special_tokens_map.json",
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
  if (isOffline(environment)) return cachedModel(name, cacheDir) ?? refuse(name, cacheDir);
  await fromHub(name, environment, async (access) => {
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
    writeInto(join(repositoryOf("model", name, cacheDir), "refs", "main"), sha);
  });
  const folder = cachedModel(name, cacheDir);
  if (folder) return folder;
  throw new HubError(`${name} has no config.json on the hub: it is no model in the form of Transformers`);
}

/**
 * The folder of a data set of the hub, with those of its main branch's files that are wanted, downloaded where they are not; in the same
 * cache, by the same settings. Throws `HubError`.
 */
export async function downloadData(
  name: string,
  { wanted, onFile }: { wanted(paths: readonly string[]): string[]; onFile(file: string): void },
  environment = process.env,
): Promise<string> {
  const cacheDir = hubCache(environment);
  if (isOffline(environment)) return cachedData(name, cacheDir)?.folder ?? refuse(name, cacheDir);
  const repository = repositoryOf("dataset", name, cacheDir);
  await fromHub(name, environment, async (access) => {
    const { sha } = await datasetInfo({ name, revision: "main", additionalFields: ["sha"], ...access });
    const at = { repo: { type: "dataset", name }, revision: sha, ...access } as const;
    const paths: string[] = [];
    for await (const { type, path } of listFiles({ ...at, recursive: true })) if (type === "file") paths.push(path);
    for (const path of wanted(paths)) {
      onFile(path);
      await downloadFileToCacheDir({ ...at, path, cacheDir });
    }
    writeInto(listingOf(repository, sha), JSON.stringify(paths.sort()));
    writeInto(join(repository, "refs", "main"), sha);
  });
  return cachedData(name, cacheDir)!.folder;
}

type Access = { hubUrl?: string; accessToken?: string };

async function fromHub(name: string, environment: NodeJS.ProcessEnv, download: (access: Access) => Promise<void>): Promise<void> {
  const accessToken = environment.HF_TOKEN || storedToken(environment);
  const hubUrl = environment.HF_ENDPOINT?.replace(/\/$/, "");
  // the library tells of every file on standard output, where `--json` has its document
  console.debug = () => {};
  try {
    await download({ ...(hubUrl ? { hubUrl } : {}), ...(accessToken ? { accessToken } : {}) });
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError(
      `${name} could not be downloaded from ${hubUrl ?? "the hub"}: ${(error as Error).message}. Check its name, the network, and HF_TOKEN for what is private`,
    );
  }
}

function refuse(name: string, cacheDir: string): never {
  throw new HubError(`${name} is not in ${cacheDir}, and HF_HUB_OFFLINE forbids downloading. Download it without, or name a folder`);
}

function writeInto(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
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
