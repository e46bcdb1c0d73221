import type { Engine, EngineName } from "./engine.ts";

export interface EngineChoice {
  engine: Engine;
  /** Why `auto` took it. */
  reason: string;
}

/** Loads an engine; the module of one that is not asked for is never read. */
export async function loadEngine(name: EngineName, threads: number): Promise<Engine> {
  if (name === "cpu") return (await import("./cpu/engine.ts")).cpuEngine;
  return (await import("./onnx/engine.ts")).onnxEngine({ threads });
}

/** `auto` takes the fastest engine that is there; it never falls back without saying so. */
export async function chooseEngine(wanted: EngineName | "auto", threads: number): Promise<EngineChoice> {
  if (wanted !== "auto") return { engine: await loadEngine(wanted, threads), reason: `${wanted} was asked for` };
  try {
    return { engine: await loadEngine("onnx", threads), reason: "onnx is the fastest engine here" };
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { engine: await loadEngine("cpu", threads), reason: `onnx could not be loaded (${why}); cpu is the slow reference` };
  }
}
