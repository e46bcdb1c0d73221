import type { InstallableEngine } from "#runtime/contract/catalogue/engines.ts";
import type { EngineDescription } from "#runtime/contract/records.ts";

/** Installs an engine that is not part of every installation, in a folder of the user. */
export interface EngineInstaller {
  /** Installs the engine, unless it is already installed. Throws `InstallFailure`. */
  install(options: EngineInstallOptions): Promise<Installed>;
  /** Removes the engine, and returns whether there was anything to remove. */
  remove(): boolean;
  /** Describes the installed engine, which is tested in a separate process. Throws `NotInstalled`. */
  describe(): Promise<Pick<EngineDescription, "version" | "device">>;
}

export interface EngineInstallOptions {
  /** Name of a build in the catalogue. */
  build: string;
  onProgress(progress: InstallProgress): void;
  signal?: AbortSignal;
}

export interface InstallProgress {
  step: string;
  /** Bytes so far, while downloading. */
  done?: number;
}

export interface Installed extends Pick<EngineDescription, "version" | "device"> {
  folder: string;
  build: string;
  /** Whether it was installed before. */
  before: boolean;
}

/** Thrown if an engine cannot be installed for a reason that the user can act on. */
export class InstallFailure extends Error {}

export class NotInstalled extends Error {
  override name = "NotInstalled";
  constructor(engine: InstallableEngine) {
    super(`it is not installed; \`pretrain engines install ${engine}\` gets it`);
  }
}
