import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { readBounded } from "./bounded.ts";
import { sizesFit } from "./verified.ts";

/** The folder of downloads that this program shares with Python's `huggingface_hub`: HF_HUB_CACHE, else `hub` in HF_HOME. */
export function hubCache(environment: NodeJS.ProcessEnv = process.env): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  if (HF_HUB_CACHE) return HF_HUB_CACHE;
  return join(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"), "hub");
}

/**
 * The folder of a model's files, from the main branch at the time of the last download; null if it was never downloaded, or if the size of
 * a file has changed since it was verified.
 */
export function cachedModel(name: string, cache: string = hubCache()): string | null {
  const repository = repositoryOf("model", name, cache);
  const folder = cachedFolder(repository);
  if (folder === null || !existsSync(join(folder, "config.json"))) return null;
  return sizesFit(repository, basename(folder)) ? folder : null;
}

/** A data set in the cache. */
export interface CachedData {
  folder: string;
  /** The paths of all files in its repository; null if Python downloaded it, in which case only the files in the folder are known. */
  listed: string[] | null;
}

/** A data set, from the main branch at the time of the last download; null if it was never downloaded. */
export function cachedData(name: string, cache: string = hubCache()): CachedData | null {
  const repository = repositoryOf("dataset", name, cache);
  const folder = cachedFolder(repository);
  return folder === null ? null : { folder, listed: listedIn(listingOf(repository, basename(folder))) };
}

/** The folder of the commit of the main branch at the time of the last download of a repository; null if it was never downloaded. */
export function cachedFolder(repository: string): string | null {
  const commit = readBounded(join(repository, "refs", "main"))?.trim();
  // it is used in a path
  return commit !== undefined && /^[\w-]+$/.test(commit) ? join(repository, "snapshots", commit) : null;
}

/** The folder of a repository in the cache. */
export function repositoryOf(type: "model" | "dataset", name: string, cache: string): string {
  return join(cache, `${type}s--${name.replaceAll("/", "--")}`);
}

/** The file that lists the paths of all files of a commit; Python's cache has no such file. */
export function listingOf(repository: string, commit: string): string {
  return join(repository, "listings", `${commit}.json`);
}

/** The listed paths; null if there is no valid listing. */
function listedIn(path: string): string[] | null {
  try {
    const listed: unknown = JSON.parse(readBounded(path) ?? "null");
    return Array.isArray(listed) && listed.every((each) => typeof each === "string") ? listed : null;
  } catch {
    return null;
  }
}

/** Whether a text is a name of the hub, `name` or `owner/name`, and not a path. */
export function isHubName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(text);
}
