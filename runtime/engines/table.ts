import { engineEntry, engineNames, type InstallableEngine } from "#runtime/contract/catalogue/engines.ts";
import { type EngineOptions, engineOptionKeys, flagOf } from "#runtime/contract/engine-options.ts";
import type { Engine, EngineName } from "./engine.ts";
import { type EngineInstaller, NotInstalled } from "./installer.ts";
import { operatorThreads } from "./threads.ts";

export interface ChosenEngine {
  engine: Engine;
  /** Why this one; recorded with the run. */
  reason: string;
  /** Why `auto` passed over a faster engine that should be there, or what of the request the engine does not have. */
  warning?: string;
}

export interface EngineSettings {
  threads: number;
  engineOptions?: EngineOptions | undefined;
  /** FLOPs of the largest matrix product in what is run; left out: a large one. */
  largestProduct?: number;
}

/** What an engine's code is loaded with. */
interface LoadSettings {
  /** Of operators side by side. */
  threads: number;
  /** Of one operator. */
  operatorThreads: number;
  options: EngineOptions;
}

/** Modules of engines are imported when they are asked for: the module of another is never read. */
type EngineCode<N extends EngineName> = { load(settings: LoadSettings): Promise<Engine> } & (N extends InstallableEngine
  ? { installer(): Promise<EngineInstaller> }
  : unknown);

/** The code of every engine of the catalogue. */
const code: { [N in EngineName]: EngineCode<N> } = {
  tensorflow: {
    load: async ({ options, ...settings }) => (await import("./tensorflow/engine.ts")).tensorflowEngine({ ...settings, ...options }),
    installer: async () => (await import("./tensorflow/install/install.ts")).tensorflowInstaller,
  },
  onnx: { load: async (settings) => (await import("./onnx/engine.ts")).onnxEngine(settings) },
  cpu: { load: async () => (await import("./cpu/engine.ts")).cpuEngine },
};

export function loadEngine(name: EngineName, { threads, engineOptions = {}, largestProduct }: EngineSettings): Promise<Engine> {
  return code[name].load({ threads, operatorThreads: operatorThreads(threads, largestProduct), options: engineOptions });
}

/** Undefined for an engine that comes with every installation. */
export async function installerOf(name: EngineName): Promise<EngineInstaller | undefined> {
  const entry: Partial<EngineCode<InstallableEngine>> = code[name];
  return entry.installer?.();
}

/**
 * `auto` takes the first engine of the catalogue that is here, and says why. An engine that was not installed is no fault; one
 * that is there and cannot be loaded is.
 */
export async function chooseEngine(wanted: EngineName | "auto", settings: EngineSettings): Promise<ChosenEngine> {
  if (wanted !== "auto") return { engine: await loadEngine(wanted, settings), reason: `${wanted} was asked for` };
  const [passed, faults]: [string[], string[]] = [[], []];
  for (const name of engineNames) {
    try {
      const engine = await loadEngine(name, settings);
      const reason = [`${name} is the fastest engine here`, ...passed].join("; ");
      const warnings = [...(faults.length > 0 ? [`${faults.join("; ")}; ${name} runs this instead`] : []), ...leftOut(name, settings)];
      return warnings.length > 0 ? { engine, reason, warning: warnings.join("; ") } : { engine, reason };
    } catch (error) {
      const why = `${name} could not be loaded: ${firstLine(error)}`;
      if (isNotInstalled(error)) passed.push(`${name} is not installed`);
      else {
        passed.push(why);
        faults.push(why);
      }
    }
  }
  throw new Error(faults.join("; "));
}

/** Options that were given for another engine than the one that `auto` takes. */
function leftOut(name: EngineName, { engineOptions = {} }: EngineSettings): string[] {
  const own: readonly { name: string }[] = engineEntry(name).keys;
  return engineOptionKeys
    .filter(({ key }) => key.name in engineOptions && !own.some((each) => each.name === key.name))
    .map(({ engine, key }) => `${flagOf(key)} is an option of ${engine}, and ${name} runs this without it`);
}

export function isNotInstalled(error: unknown): boolean {
  return error instanceof NotInstalled;
}

export function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
