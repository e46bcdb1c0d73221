import type { Engine, EngineName } from "./engine.ts";
import { operatorThreads } from "./threads.ts";

export interface EngineChoice {
  engine: Engine;
  /** Why this one; recorded with the run. */
  reason: string;
  /** Why `auto` passed over a faster engine that should be there. */
  warning?: string;
}

export interface EngineOptions {
  threads: number;
  /** Of `tensorflow`: XLA compiles the graph; left out: with a GPU. */
  xla?: boolean | undefined;
  /** FLOPs of the largest matrix product in what is run; left out: a large one. */
  largestProduct?: number;
}

/** Loads an engine; the module of one that is not asked for is never read. */
export async function loadEngine(name: EngineName, { threads, xla, largestProduct }: EngineOptions): Promise<Engine> {
  switch (name) {
    case "cpu":
      return (await import("./cpu/engine.ts")).cpuEngine;
    case "onnx":
      return (await import("./onnx/engine.ts")).onnxEngine({ threads, operatorThreads: operatorThreads(threads, largestProduct) });
    case "tensorflow":
      return (await import("./tensorflow/engine.ts")).tensorflowEngine({
        threads,
        operatorThreads: operatorThreads(threads, largestProduct),
        xla,
      });
  }
}

/** From the fastest to the slowest. */
export const enginesBySpeed: readonly EngineName[] = ["tensorflow", "onnx", "cpu"];

/**
 * `auto` takes the fastest engine that is there, and says why. That `tensorflow` was not installed is no fault; an engine
 * that is there and cannot be loaded is.
 */
export async function chooseEngine(wanted: EngineName | "auto", options: EngineOptions): Promise<EngineChoice> {
  if (wanted !== "auto") return { engine: await loadEngine(wanted, options), reason: `${wanted} was asked for` };
  const [passed, faults]: [string[], string[]] = [[], []];
  for (const name of enginesBySpeed) {
    try {
      const engine = await loadEngine(name, options);
      const reason = [`${name} is the fastest engine here`, ...passed].join("; ");
      return faults.length > 0 ? { engine, reason, warning: `${faults.join("; ")}; ${name} runs this instead` } : { engine, reason };
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

export function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && error.name === "NotInstalled";
}

export function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
