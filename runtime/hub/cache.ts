import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where Python's `huggingface_hub` and this program keep what they downloaded: HF_HUB_CACHE, else `hub` in HF_HOME. */
export function hubCache(environment: NodeJS.ProcessEnv = process.env): string {
  const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  if (HF_HUB_CACHE) return HF_HUB_CACHE;
  return join(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"), "hub");
}

/** The folder of a model's files as its main branch was when it was last downloaded; null where it never was. */
export function cachedModel(name: string, cache: string = hubCache()): string | null {
  const repository = join(cache, `models--${name.replaceAll("/", "--")}`);
  const branch = join(repository, "refs", "main");
  if (!existsSync(branch)) return null;
  const folder = join(repository, "snapshots", readFileSync(branch, "utf8").trim());
  return existsSync(join(folder, "config.json")) ? folder : null;
}

/** `name` or `owner/name`, as the hub writes them; not a path. */
export function isHubName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(text);
}
