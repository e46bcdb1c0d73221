import { createRequire } from "node:module";
import { join } from "node:path";
import { engineFolder, installedFile, isInstalled } from "#runtime/machine/installed-engines.ts";
import { NotInstalled } from "../installer.ts";

export interface Installation {
  /** The native module of @tensorflow/tfjs-node-gpu. */
  binding: string;
  /** A module that is loaded before the binding, so that loading it prints nothing. */
  quiet: string;
  /** Its protobuf classes. */
  protobuf: string;
  versions: InstalledVersions;
}

/** The content of `installed.json` in the engine's folder. */
export interface InstalledVersions {
  tensorflow: string;
  "tfjs-node-gpu": string;
  /** Whether it is the build with CUDA. */
  gpu: boolean;
}

export const nodePackage = "node_modules/@tensorflow/tfjs-node-gpu";
export const bindingFile = `${nodePackage}/lib/napi-v8/tfjs_binding.node`;
export const quietFile = `${nodePackage}/lib/napi-v8/quiet.node`;
const protobufFile = `${nodePackage}/dist/proto/api_pb.js`;

/** The paths of the installed engine. Throws `NotInstalled`. */
export function installed(): Installation {
  const folder = engineFolder("tensorflow");
  const description = join(folder, installedFile);
  if (!isInstalled("tensorflow")) throw new NotInstalled("tensorflow");
  const versions = createRequire(import.meta.url)(description) as InstalledVersions;
  return { binding: join(folder, bindingFile), quiet: join(folder, quietFile), protobuf: join(folder, protobufFile), versions };
}
