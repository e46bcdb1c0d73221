import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";

/** Where Python's `huggingface_hub` and this program keep what they downloaded: HF_HUB_CACHE, else `hub` in HF_HOME. */
export function hubCache(environment: NodeJS.ProcessEnv = process.env): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  if (HF_HUB_CACHE) return HF_HUB_CACHE;
  return join(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"), "hub");
}

/** The folder of a model's files as its main branch was when it was last downloaded; null where it never was. */
export function cachedModel(name: string, cache: string = hubCache()): string | null {
  const commit = commitOf(repositoryOf("model", name, cache));
  if (commit === null) return null;
  const folder = join(repositoryOf("model", name, cache), "snapshots", commit);
  return existsSync(join(folder, "config.json")) ? folder : null;
}

/**
 * A data set as its main branch was when it was last downloaded: the folder of its files, and the paths of all that its repository has;
 * of one that Python downloaded, of those that are there. Null where it never was.
 */
export function cachedData(name: string, cache: string = hubCache()): { folder: string; paths: string[] } | null {
  const repository = repositoryOf("dataset", name, cache);
  const commit = commitOf(repository);
  if (commit === null) return null;
  const folder = join(repository, "snapshots", commit);
  const listing = listingOf(repository, commit);
  return { folder, paths: listedIn(listing) ?? filesIn(folder) };
}

/** The folder of a repository in the cache. */
export function repositoryOf(type: "model" | "dataset", name: string, cache: string): string {
  return join(cache, `${type}s--${name.replaceAll("/", "--")}`);
}

/** Where the paths of all files of a commit are kept, which Python's cache does not have. */
export function listingOf(repository: string, commit: string): string {
  return join(repository, "listings", `${commit}.json`);
}

/** Undefined where there is no listing, or the file is none: then those that are there are listed. */
function listedIn(path: string): string[] | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const listed: unknown = JSON.parse(readFileSync(path, "utf8"));
    return Array.isArray(listed) && listed.every((each) => typeof each === "string") ? listed : undefined;
  } catch {
    return undefined;
  }
}

function commitOf(repository: string): string | null {
  const branch = join(repository, "refs", "main");
  return existsSync(branch) ? readFileSync(branch, "utf8").trim() : null;
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return paths.map((path) => path.replaceAll("\\", "/")).sort();
}

/** `name` or `owner/name`, as the hub writes them; not a path. */
export function isHubName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(text);
}
