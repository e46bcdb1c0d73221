import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where things are that belong to the user and not to a version of this program: `PRETRAIN_HOME`, or the platform's place for them. */
export function userFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (environment.PRETRAIN_HOME) return environment.PRETRAIN_HOME;
  if (platform === "win32") return join(environment.LOCALAPPDATA || join(homedir(), "AppData", "Local"), "pretrain");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "pretrain");
  return join(environment.XDG_DATA_HOME || join(homedir(), ".local", "share"), "pretrain");
}

/** The installed engine: a folder that is complete whenever it is there. */
export function engineFolder(): string {
  return join(userFolder(), "engines", "tensorflow");
}

export interface Installation {
  /** The native module of @tensorflow/tfjs-node-gpu. */
  binding: string;
  /** Its protobuf classes. */
  protobuf: string;
  versions: InstalledVersions;
}

/** `installed.json` in the engine's folder. */
export interface InstalledVersions {
  tensorflow: string;
  "tfjs-node-gpu": string;
  /** The build with CUDA. */
  gpu: boolean;
}

export const installedFile = "installed.json";
export const nodePackage = "node_modules/@tensorflow/tfjs-node-gpu";
export const bindingFile = `${nodePackage}/lib/napi-v8/tfjs_binding.node`;
const protobufFile = `${nodePackage}/dist/proto/api_pb.js`;

export class NotInstalled extends Error {
  override name = "NotInstalled";
}

export function isInstalled(folder = engineFolder()): boolean {
  return existsSync(join(folder, installedFile));
}

/** Throws `NotInstalled`. */
export function installed(folder = engineFolder()): Installation {
  const description = join(folder, installedFile);
  if (!isInstalled(folder)) throw new NotInstalled("it is not installed; `pretrain engines install tensorflow` gets it");
  const versions = createRequire(import.meta.url)(description) as InstalledVersions;
  return { binding: join(folder, bindingFile), protobuf: join(folder, protobufFile), versions };
}
