import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { engineEntry, engineNames } from "#runtime/contract/catalogue/engines.ts";
import { engineFolder, installedFile } from "#runtime/machine/installed-engines.ts";
import { makeFolders } from "#runtime/machine/make-folders.ts";
import { tryLock } from "#runtime/runs/lock.ts";
import { writeJson } from "#runtime/runs/whole-files.ts";
import { type EngineInstaller, InstallFailure, type InstallProgress, NotInstalled } from "../../installer.ts";
import { bindingFile, type InstalledVersions, installed, nodePackage, quietFile } from "../installation.ts";
import { findTools, requireSpace, run, type Tools } from "./build-tools.ts";
import { cudaRequirementsScript, unpackScript } from "./python-scripts.ts";
import { quietSource } from "./quiet.ts";
import { verifyDownloads } from "./sums.ts";

/** Versions that are installed together: the source of the binding, and a library with which it was tested. */
const versions = { tensorflow: "2.21.0", "tfjs-node-gpu": "4.22.0", "node-api-headers": "1.9.0", "google-protobuf": "3.21.4" };

/** Bytes that are needed during the installation, for downloads and unpacked files. */
const space = { cpu: 2.5e9, gpu: 12e9 };

export interface InstallOptions {
  /** Install the build with CUDA 12 and the libraries that it needs. */
  gpu: boolean;
  onProgress(progress: InstallProgress): void;
  signal?: AbortSignal;
  /** Checksums of downloads by file name; tests use others. */
  sums?: Readonly<Record<string, string>>;
  /** Platform of the machine; tests use others. */
  platform?: { os: NodeJS.Platform; arch: string };
  free?(folder: string): number;
}

interface InstallResult extends InstalledVersions {
  folder: string;
  /** Whether it was installed before. */
  before: boolean;
  /** Whether TensorFlow found a GPU. */
  gpuFound: boolean;
}

export const tensorflowInstaller: EngineInstaller = {
  async install({ build, ...options }) {
    const { tensorflow, gpu, gpuFound, folder, before } = await install({ gpu: build === "gpu", ...options });
    return { version: tensorflow, build: gpu ? "gpu" : "processor", device: gpuFound ? "gpu" : "cpu", folder, before };
  },
  remove,
  async describe() {
    const { tensorflow } = installed().versions;
    return { version: `TensorFlow ${tensorflow}`, device: (await tryOut()) ? "gpu" : "cpu" };
  },
};

/**
 * Downloads, builds and tests the engine in a temporary folder, which is then renamed, so that an installed engine is complete. Complete
 * downloads of an interrupted installation are not repeated.
 */
export async function install(options: InstallOptions): Promise<InstallResult> {
  requirePlatform(options);
  const folder = engineFolder("tensorflow");
  const before = installedVersions();
  if (before && before.tensorflow === versions.tensorflow && before.gpu === options.gpu)
    return { ...before, folder, before: true, gpuFound: await tryOut(folder) };
  options.onProgress({ step: "looking for pip, npm and a C++ compiler" });
  const tools = await findTools();
  makeFolders(dirname(folder));
  const lock = tryLock(`${folder}.lock`);
  if (!lock.held) throw new InstallFailure(`process ${lock.holder.pid} is installing it now`);
  try {
    const downloads = `${folder}.download${options.gpu ? "-gpu" : ""}`;
    const building = `${folder}.building`;
    makeFolders(downloads);
    requireSpace(dirname(folder), (options.gpu ? space.gpu : space.cpu) - sizeOf(downloads), options.free);
    rmSync(building, { recursive: true, force: true });
    await download(tools, downloads, options);
    options.onProgress({ step: "verifying" });
    await verifyDownloads(downloads, options.sums);
    options.onProgress({ step: "unpacking" });
    await succeed(run(tools.python, ["-c", unpackScript, downloads, building], { signal: options.signal }), "unpacking failed");
    options.onProgress({ step: "building the binding" });
    await build(tools, building, options.signal);
    options.onProgress({ step: "trying it" });
    const gpuFound = await tryOut(building);
    const made: InstalledVersions = { tensorflow: versions.tensorflow, "tfjs-node-gpu": versions["tfjs-node-gpu"], gpu: options.gpu };
    writeJson(join(building, installedFile), made);
    rmSync(folder, { recursive: true, force: true });
    renameSync(building, folder);
    rmSync(downloads, { recursive: true, force: true });
    return { ...made, folder, before: false, gpuFound };
  } finally {
    lock.release();
  }
}

/** Removes the engine, and returns whether there was anything to remove. */
export function remove(): boolean {
  const folder = engineFolder("tensorflow");
  const lock = existsSync(dirname(folder)) ? tryLock(`${folder}.lock`) : undefined;
  if (lock && !lock.held) throw new InstallFailure(`process ${lock.holder.pid} is installing it now`);
  const parts = [folder, `${folder}.building`, `${folder}.download`, `${folder}.download-gpu`].filter((path) => existsSync(path));
  // the mark first, so that a partly removed engine does not count as installed
  rmSync(join(folder, installedFile), { force: true });
  for (const part of parts) rmSync(part, { recursive: true, force: true });
  if (lock) lock.release();
  return parts.length > 0;
}

function requirePlatform({ platform, gpu }: InstallOptions): void {
  const { os, arch } = platform ?? { os: process.platform, arch: process.arch };
  const supported = gpu ? ["x64"] : ["x64", "arm64"];
  if (os === "linux" && supported.includes(arch)) return;
  const alternative = engineNames.find((name) => !engineEntry(name).install);
  throw new InstallFailure(
    `tensorflow${gpu ? " with a GPU" : ""} can be installed on Linux on ${supported.join(" and ")}; this is ${os} on ${arch}. The ${alternative} engine works here without it`,
  );
}

function installedVersions(): InstalledVersions | undefined {
  try {
    return installed().versions;
  } catch (error) {
    if (error instanceof NotInstalled) return undefined;
    throw error;
  }
}

async function download({ python, npm }: Tools, downloads: string, { gpu, onProgress, signal }: InstallOptions): Promise<void> {
  // pip downloads to this folder and moves files when they are complete
  const partial = join(downloads, "partial");
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  const environment = { ...process.env, TMPDIR: partial, npm_config_ignore_scripts: "true", npm_config_update_notifier: "false" };
  const step = (name: string) => {
    const before = sizeOf(downloads);
    // a file that pip has just completed is in both places for a moment
    const fetched = (making = sizeOf(partial)) => Math.max(making, sizeOf(downloads) - making - before);
    const timer = setInterval(() => onProgress({ step: name, done: fetched() }), 500);
    onProgress({ step: name });
    return () => clearInterval(timer);
  };
  const fetch = async (what: string, program: string, args: readonly string[]) => {
    const end = step(`downloading ${what}`);
    try {
      const result = await run(program, args, { environment, folder: downloads, signal });
      if (result.code !== 0) throw new InstallFailure(`${what} could not be downloaded: ${reasonOf(result.stderr)}`);
    } finally {
      end();
    }
  };
  const pip = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar=off", "--dest", downloads];
  const wheel = `${gpu || process.arch === "arm64" ? "tensorflow" : "tensorflow-cpu"}==${versions.tensorflow}`;
  // the library is the same for every version of Python; there is a wheel for this one
  await fetch(wheel, python, [...pip, "--no-cache-dir", "--disable-pip-version-check", "--python-version=3.11", wheel]);
  if (gpu) {
    const cuda = await succeed(run(python, ["-c", cudaRequirementsScript, downloads]), "TensorFlow's requirements could not be read");
    const requirements = cuda.stdout.split("\n").filter((line) => line !== "");
    await fetch("the CUDA libraries", python, [...pip, "--no-cache-dir", "--disable-pip-version-check", ...requirements]);
  }
  const packages = [
    `@tensorflow/tfjs-node-gpu@${versions["tfjs-node-gpu"]}`,
    ...(["node-api-headers", "google-protobuf"] as const).map((name) => `${name}@${versions[name]}`),
  ];
  await fetch("the binding", npm, ["pack", ...packages, "--pack-destination", downloads, "--silent"]);
  rmSync(partial, { recursive: true, force: true });
}

/** Builds the two C++ files of the package with the library and Node's stable interface. */
async function build({ compiler }: Tools, engine: string, signal?: AbortSignal): Promise<void> {
  const source = join(engine, nodePackage);
  const library = join(engine, "site", "tensorflow");
  const headers = [join(engine, "node_modules/node-api-headers/include"), join(library, "include"), source];
  makeFolders(dirname(join(engine, bindingFile)));
  // from the folder of the binding to that of the library
  const there = "../../../../../site/tensorflow";
  const quiet = join(engine, "quiet.cc");
  writeFileSync(quiet, quietSource);
  const shared = ["-O2", "-std=c++17", "-shared", "-fPIC", "-w"];
  const quietArgs = [...shared, `-DLIBRARY="${there}/libtensorflow_framework.so.2"`, quiet, "-ldl", "-o", join(engine, quietFile)];
  await succeed(run(compiler, quietArgs, { signal }), "the binding could not be built");
  const args = [
    ...[...shared, "-DNAPI_VERSION=8"],
    ...headers.flatMap((folder) => ["-I", folder]),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(source, "binding", file)),
    ...["-L", library, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    `-Wl,-rpath,$ORIGIN/${there}`,
    // Node unloads the libraries of a thread when it ends; the library's own threads would then crash
    "-Wl,-z,nodelete",
    ...["-o", join(engine, bindingFile)],
  ];
  await succeed(run(compiler, args, { signal }), "the binding could not be built");
  for (const part of [quiet, join(library, "include"), join(engine, "node_modules/node-api-headers")])
    rmSync(part, { recursive: true, force: true });
}

/** Tests the engine in a separate process, since the library always writes to standard error. Returns whether it found a GPU. */
async function tryOut(engine = engineFolder("tensorflow")): Promise<boolean> {
  const script = "const { TF_Version, isUsingGpuDevice } = require(process.argv[1]); console.log(TF_Version, isUsingGpuDevice())";
  const environment = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" };
  const result = await succeed(
    run(process.execPath, ["-e", script, join(engine, bindingFile)], { environment }),
    "the engine cannot be loaded",
  );
  return result.stdout.trim().endsWith("true");
}

async function succeed(running: ReturnType<typeof run>, otherwise: string) {
  const result = await running;
  if (result.code !== 0) throw new InstallFailure(`${otherwise}: ${reasonOf(result.stderr)}`);
  return result;
}

/** The line of a tool's output that gives the reason of a failure. */
function reasonOf(printed: string): string {
  if (/no space left|ENOSPC/i.test(printed))
    return "no space is left on the disk; make room, or set PRETRAIN_HOME to a folder on another disk";
  if (/name resolution|NewConnectionError|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ConnectTimeout|Network is unreachable/i.test(printed))
    return "the network or the package registry cannot be reached; try again when it can, what is there already is kept";
  const lines = printed.trim().split("\n");
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "it said nothing";
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => {
    try {
      return sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0);
    } catch {
      // moved in the meantime
      return sum;
    }
  }, 0);
}
