import { createRequire } from "node:module";
import { join } from "node:path";
import { engineFolder, installedFile, isInstalled } from "#runtime/machine/user-folder.ts";

export interface Installation {
  /** The native module of @tensorflow/tfjs-node-gpu. */
  binding: string;
  /** A module to load before it, so that loading it writes nothing. */
  quiet: string;
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

export const nodePackage = "node_modules/@tensorflow/tfjs-node-gpu";
export const bindingFile = `${nodePackage}/lib/napi-v8/tfjs_binding.node`;
export const quietFile = `${nodePackage}/lib/napi-v8/quiet.node`;
const protobufFile = `${nodePackage}/dist/proto/api_pb.js`;

export class NotInstalled extends Error {
  override name = "NotInstalled";
}

/** Throws `NotInstalled`. */
export function installed(folder = engineFolder()): Installation {
  const description = join(folder, installedFile);
  if (!isInstalled(folder)) throw new NotInstalled("it is not installed; `pretrain engines install tensorflow` gets it");
  const versions = createRequire(import.meta.url)(description) as InstalledVersions;
  return { binding: join(folder, bindingFile), quiet: join(folder, quietFile), protobuf: join(folder, protobufFile), versions };
}
