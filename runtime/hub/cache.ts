import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { readBounded } from "./bounded.ts";
import { sizesFit } from "./verified.ts";

/** Where Python's `huggingface_hub` and this program keep what they downloaded: HF_HUB_CACHE, else `hub` in HF_HOME. */
export function hubCache(environment: NodeJS.ProcessEnv = process.env): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  if (HF_HUB_CACHE) return HF_HUB_CACHE;
  return join(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"), "hub");
}

/**
 * The folder of a model's files as its main branch was when it was last downloaded; null where it never was, or where a file has another size
 * than when it was verified.
 */
export function cachedModel(name: string, cache: string = hubCache()): string | null {
  const repository = repositoryOf("model", name, cache);
  const folder = cachedFolder(repository);
  if (folder === null || !existsSync(join(folder, "config.json"))) return null;
  return sizesFit(repository, basename(folder)) ? folder : null;
}

/** A data set of the cache. */
export interface CachedData {
  folder: string;
  /** The paths of all files that its repository has; null where Python downloaded it: then those that are there are known, to who looks. */
  listed: string[] | null;
}

/** A data set as its main branch was when it was last downloaded; null where it never was. */
export function cachedData(name: string, cache: string = hubCache()): CachedData | null {
  const repository = repositoryOf("dataset", name, cache);
  const folder = cachedFolder(repository);
  return folder === null ? null : { folder, listed: listedIn(listingOf(repository, basename(folder))) };
}

/** The folder of the commit that was the main branch's when a repository was last downloaded; null where it never was. */
export function cachedFolder(repository: string): string | null {
  const commit = readBounded(join(repository, "refs", "main"))?.trim();
  // it becomes part of a path
  return commit !== undefined && /^[\w-]+$/.test(commit) ? join(repository, "snapshots", commit) : null;
}

/** The folder of a repository in the cache. */
export function repositoryOf(type: "model" | "dataset", name: string, cache: string): string {
  return join(cache, `${type}s--${name.replaceAll("/", "--")}`);
}

/** Where the paths of all files of a commit are kept, which Python's cache does not have. */
export function listingOf(repository: string, commit: string): string {
  return join(repository, "listings", `${commit}.json`);
}

/** Null where there is no listing, or the file is none. */
function listedIn(path: string): string[] | null {
  try {
    const listed: unknown = JSON.parse(readBounded(path) ?? "null");
    return Array.isArray(listed) && listed.every((each) => typeof each === "string") ? listed : null;
  } catch {
    return null;
  }
}

/** `name` or `owner/name`, as the hub writes them; not a path. */
export function isHubName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(text);
}
