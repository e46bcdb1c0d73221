import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { datasetInfo, downloadFile, downloadFileToCacheDir, listFiles, modelInfo, pathsInfo } from "@huggingface/hub";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { HubError, isOffline } from "./access.ts";
import { cachedFolder, cachedModel, hubCache, listingOf, repositoryOf } from "./cache.ts";
import { fetchFile } from "./fetch-file.ts";
import { type Checksum, publishedOf, sumOfFile } from "./published-hashes.ts";
import { damageOf, recordVerified, signOf } from "./verified.ts";

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

export interface Downloading {
  /** Called before each file. */
  onFile(file: string): void;
  /** Called with a notice about files that are downloaded again or cannot be verified. */
  onNotice?(notice: string): void;
}

/**
 * The folder of a model of the Hugging Face hub. Config, tokenizer and safetensors of its main branch are downloaded if they are missing,
 * to the cache of Python's `huggingface_hub`, and each file is verified by the hash that the hub publishes. Honours HF_HOME, HF_HUB_CACHE,
 * HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE. Throws `HubError`.
 */
export async function downloadModel(name: string, telling: Downloading, environment = process.env): Promise<string> {
  const cacheDir = hubCache(environment);
  if (isOffline(environment)) return cachedModel(name, cacheDir) ?? refuse(name, cacheDir);
  const repository = repositoryOf("model", name, cacheDir);
  await fromHub(name, environment, async (access) => {
    const { sha } = await modelInfo({ name, revision: "main", additionalFields: ["sha"], ...access });
    const at = { repo: name, revision: sha, ...access };
    const infoOf = async (paths: string[]) => new Map((await pathsInfo({ ...at, paths })).map((info) => [info.path, info]));
    const there = await infoOf([...single, whole, index, pickled]);
    const fetchOne = (info: PathInfo) => intoCache(info, { name, repository, cacheDir, at, telling });
    for (const path of single) if (there.has(path)) await fetchOne(there.get(path)!);
    if (there.has(whole)) await fetchOne(there.get(whole)!);
    else if (there.has(index)) {
      const shards = shardsOf(await fetchOne(there.get(index)!));
      const infos = await infoOf(shards);
      for (const shard of shards) {
        const info = infos.get(shard);
        if (!info) throw new HubError(`${name} has no ${shard} on the hub, although its ${index} names it`);
        await fetchOne(info);
      }
    } else
      throw new HubError(
        `${name} has no ${whole} on the hub${there.has(pickled) ? `, only pickled weights (${pickled}), which are not supported` : ""}`,
      );
    writeInto(join(repository, "refs", "main"), sha);
  });
  const folder = cachedModel(name, cacheDir);
  if (folder) return folder;
  throw new HubError(`${name} has no config.json on the hub, so it is not a model in Transformers' format`);
}

/**
 * The folder of a data set of the hub. The requested files of its main branch are downloaded if they are missing, to the same cache, with
 * the same settings and the same verification. Throws `HubError`.
 */
export async function downloadData(
  name: string,
  { requested, ...telling }: Downloading & { requested(paths: readonly string[]): string[] },
  environment = process.env,
): Promise<string> {
  const cacheDir = hubCache(environment);
  const repository = repositoryOf("dataset", name, cacheDir);
  if (isOffline(environment)) return cachedFolder(repository) ?? refuse(name, cacheDir);
  let folder = "";
  await fromHub(name, environment, async (access) => {
    const { sha } = await datasetInfo({ name, revision: "main", additionalFields: ["sha"], ...access });
    const at = { repo: { type: "dataset", name }, revision: sha, ...access } as const;
    const infos = new Map<string, PathInfo>();
    for await (const info of listFiles({ ...at, recursive: true })) if (info.type === "file") infos.set(info.path, info);
    const paths = [...infos.keys()].sort();
    for (const path of requested([...infos.keys()])) await intoCache(infos.get(path)!, { name, repository, cacheDir, at, telling });
    writeInto(listingOf(repository, sha), JSON.stringify(paths));
    writeInto(join(repository, "refs", "main"), sha);
    folder = join(repository, "snapshots", sha);
  });
  return folder;
}

type PathInfo = Parameters<typeof publishedOf>[0] & { path: string };

interface Place {
  /** Name of the model or data set. */
  name: string;
  repository: string;
  cacheDir: string;
  at: { repo: string | { type: "dataset"; name: string }; revision: string } & Access;
  telling: Downloading;
}

/** The path of a file in the cache, downloaded if it is missing or differs from the hub's. */
async function intoCache(info: PathInfo, { name, repository, cacheDir, at, telling }: Place): Promise<string> {
  const { path } = info;
  const file = { repository, commit: at.revision, path };
  const pointer = join(repository, "snapshots", at.revision, path);
  const published = publishedOf(info);
  telling.onFile(path);
  if (existsSync(pointer)) {
    const damage = await damageOf(file, published);
    if (damage === undefined) return pointer;
    telling.onNotice?.(`${path} of ${name} in ${cacheDir} differs from the hub's: ${damage}. It is downloaded again`);
    rmSync(await realpath(pointer), { force: true });
    rmSync(pointer, { force: true });
  }
  if (published.sum) {
    const to = join(repository, "blobs", published.sum.hex);
    const open = () => downloadFile({ ...at, path });
    if (!(await isWhole(to, published.sum)))
      await fetchFile({ what: `${path} of ${name}`, to, published: { ...published, sum: published.sum }, open });
  } else telling.onNotice?.(`${path} of ${name} is not verified, since the hub publishes no hash of it`);
  // links the file into the commit's folder, and downloads a file without a checksum
  await downloadFileToCacheDir({ ...at, path, cacheDir });
  const sign = signOf(pointer);
  if (sign) recordVerified(repository, at.revision, { [path]: { bytes: sign.bytes, sum: published.sum ?? null, sign: sign.sign } });
  return pointer;
}

/** Whether a blob exists with the right checksum; it may have been downloaded for another commit. */
async function isWhole(blob: string, sum: Checksum): Promise<boolean> {
  const stat = signOf(blob);
  if (!stat) return false;
  if ((await sumOfFile(blob, sum, stat.bytes)) === sum.hex) return true;
  rmSync(blob, { force: true });
  return false;
}

type Access = { hubUrl?: string; accessToken?: string };

async function fromHub(name: string, environment: NodeJS.ProcessEnv, download: (access: Access) => Promise<void>): Promise<void> {
  const accessToken = environment.HF_TOKEN || storedToken(environment);
  const hubUrl = environment.HF_ENDPOINT?.replace(/\/$/, "");
  // the library reports every file on standard output, where `--json` prints its document
  console.debug = () => {};
  try {
    await download({ ...(hubUrl ? { hubUrl } : {}), ...(accessToken ? { accessToken } : {}) });
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError(
      `${name} could not be downloaded from ${hubUrl ?? "the hub"}: ${(error as Error).message}. Check its name, the network, and HF_TOKEN if it is private`,
    );
  }
}

function refuse(name: string, cacheDir: string): never {
  throw new HubError(`${name} is not in ${cacheDir}, and HF_HUB_OFFLINE forbids downloading. Unset it to download, or name a folder`);
}

function writeInto(path: string, content: string): void {
  makeFolders(dirname(path));
  writeFileSync(path, content);
}

/** The token that `huggingface-cli login` stored. */
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
