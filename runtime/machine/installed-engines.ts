import { existsSync } from "node:fs";
import { join } from "node:path";
import { type EngineName, engines, type InstallableEngine } from "#runtime/contract/catalogue/engines.ts";
import { userFolder } from "./user-folder.ts";

/** Where an engine is installed: a folder that is complete whenever it is there. */
export function engineFolder(name: InstallableEngine): string {
  return join(userFolder(), "engines", name);
}

/** What an engine's folder says of it. */
export const installedFile = "installed.json";

/** What `auto` takes, unless it cannot be loaded. */
export function defaultEngine(): EngineName {
  return engines.find((engine) => !("install" in engine) || isInstalled(engine.name))!.name;
}

export function isInstalled(name: InstallableEngine): boolean {
  return existsSync(join(engineFolder(name), installedFile));
}
