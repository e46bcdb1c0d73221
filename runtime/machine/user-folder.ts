import { homedir } from "node:os";
import { join } from "node:path";

/** The folder for data of the user that is independent of the program's version: `PRETRAIN_HOME`, or the platform's usual place. */
export function userFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (environment.PRETRAIN_HOME) return environment.PRETRAIN_HOME;
  if (platform === "win32") return join(environment.LOCALAPPDATA || join(homedir(), "AppData", "Local"), "pretrain");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "pretrain");
  return join(environment.XDG_DATA_HOME || join(homedir(), ".local", "share"), "pretrain");
}

/** The folder for data that can be computed again. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (environment.PRETRAIN_HOME || platform === "win32") return join(userFolder(environment, platform), "cache");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "pretrain");
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "pretrain");
}
