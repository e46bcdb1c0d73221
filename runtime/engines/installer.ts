import type { InstallableEngine } from "#runtime/contract/catalogue/engines.ts";
import type { EngineDescription } from "#runtime/contract/records.ts";

/** Gets an engine that does not come with every installation, into a folder of the user's. */
export interface EngineInstaller {
  /** Throws `InstallFailure`. What is there already is left as it is. */
  install(options: EngineInstallOptions): Promise<Installed>;
  /** True if there was anything to remove. */
  remove(): boolean;
  /** What is installed, tried in a process of its own. Throws `NotInstalled`. */
  describe(): Promise<Pick<EngineDescription, "version" | "device">>;
}

export interface EngineInstallOptions {
  /** One of the catalogue's. */
  build: string;
  onProgress(progress: InstallProgress): void;
  signal?: AbortSignal;
}

export interface InstallProgress {
  step: string;
  /** Bytes, while downloading. */
  done?: number;
}

export interface Installed extends Pick<EngineDescription, "version" | "device"> {
  folder: string;
  build: string;
  /** It was there before. */
  before: boolean;
}

/** The engine cannot be installed, for a reason that the user can act on. */
export class InstallFailure extends Error {}

export class NotInstalled extends Error {
  override name = "NotInstalled";
  constructor(engine: InstallableEngine) {
    super(`it is not installed; \`pretrain engines install ${engine}\` gets it`);
  }
}
