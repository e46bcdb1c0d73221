import { engineEntry, engineNames, type InstallableEngine } from "#runtime/contract/catalogue/engines.ts";
import { type EngineOptions, engineOptionKeys, flagOf } from "#runtime/contract/engine-options.ts";
import type { Engine, EngineName } from "./engine.ts";
import { type EngineInstaller, NotInstalled } from "./installer.ts";
import { operatorThreads } from "./threads.ts";

export interface ChosenEngine {
  engine: Engine;
  /** Why this engine was chosen; recorded with the run. */
  reason: string;
  /** Why `auto` skipped a faster engine that is installed, or which requested options the engine does not have. */
  warning?: string;
}

export interface EngineSettings {
  threads: number;
  engineOptions?: EngineOptions | undefined;
  /** FLOPs of the largest matrix product of the program; absent: a large one. */
  largestProduct?: number;
}

/** The settings with which an engine is loaded. */
interface LoadSettings {
  /** Number of threads for parallel operators. */
  threads: number;
  /** Number of threads of a single operator. */
  operatorThreads: number;
  options: EngineOptions;
}

/** The code of an engine. Modules are imported when they are needed, so that those of other engines are never loaded. */
type EngineCode<N extends EngineName> = { load(settings: LoadSettings): Promise<Engine> } & (N extends InstallableEngine
  ? { installer(): Promise<EngineInstaller> }
  : unknown);

/** The code of every engine of the catalogue. */
const code: { [N in EngineName]: EngineCode<N> } = {
  tensorflow: {
    load: async ({ options, ...settings }) =>
      (await import("./tensorflow/tensorflow-engine.ts")).tensorflowEngine({ ...settings, ...options }),
    installer: async () => (await import("./tensorflow/install/install-tensorflow.ts")).tensorflowInstaller,
  },
  onnx: { load: async (settings) => (await import("./onnx/onnx-engine.ts")).onnxEngine(settings) },
  cpu: { load: async () => (await import("./cpu/cpu-engine.ts")).cpuEngine },
};

export function loadEngine(name: EngineName, { threads, engineOptions = {}, largestProduct }: EngineSettings): Promise<Engine> {
  return code[name].load({ threads, operatorThreads: operatorThreads(threads, largestProduct), options: engineOptions });
}

/** The installer of an engine; undefined if the engine is part of every installation. */
export async function installerOf(name: EngineName): Promise<EngineInstaller | undefined> {
  const entry: Partial<EngineCode<InstallableEngine>> = code[name];
  return entry.installer?.();
}

/**
 * Loads an engine. `auto` uses the first engine of the catalogue that is installed, and records why. That an engine is not installed is
 * normal; that an installed one cannot be loaded is reported.
 */
export async function chooseEngine(requested: EngineName | "auto", settings: EngineSettings): Promise<ChosenEngine> {
  if (requested !== "auto") return { engine: await loadEngine(requested, settings), reason: `${requested} was asked for` };
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

/** Warnings about options of other engines than the one that `auto` uses. */
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
