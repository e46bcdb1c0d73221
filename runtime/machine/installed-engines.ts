import { existsSync } from "node:fs";
import { join } from "node:path";
import { type EngineChoice, type EngineName, engines, type InstallableEngine } from "#runtime/contract/catalogue/engines.ts";
import { userFolder } from "./user-folder.ts";

/** The folder of an installed engine; if it exists, it is complete. */
export function engineFolder(name: InstallableEngine): string {
  return join(userFolder(), "engines", name);
}

/** Name of the file that describes the engine in its folder. */
export const installedFile = "installed.json";

/** The engine that `auto` uses, unless it cannot be loaded. */
export function defaultEngine(): EngineName {
  return engines.find((engine) => !("install" in engine) || isInstalled(engine.name))!.name;
}

/** The requested engine, or the one that `auto` uses. */
export function requestedEngine(requested: EngineChoice): EngineName {
  return requested === "auto" ? defaultEngine() : requested;
}

export function isInstalled(name: InstallableEngine): boolean {
  return existsSync(join(engineFolder(name), installedFile));
}
