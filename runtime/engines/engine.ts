import { type EngineName, enginesWith, refusedPrecision } from "#runtime/contract/catalogue/engines.ts";
import type { EngineDescription } from "#runtime/contract/records.ts";
import type { Arrays, Program } from "#runtime/trace/function.ts";

/** An engine runs programs. The state is kept in the session, on the device if there is one; only batches go in and scalars come out. */
export interface Engine {
  readonly name: EngineName;
  /** Description for the manifest: versions, device, threads. */
  describe(): Promise<EngineDescription>;
  open(program: Program): Promise<EngineSession>;
}

export type { EngineName };

export interface EngineSession {
  /** Whether requests are processed in order, so that a request need not wait for the answer to the one before. */
  queues: boolean;
  /**
   * Replaces entries of the state. Every entry must be written before the first call that reads it. The session owns the arrays from then
   * on: callers must not change them or write them again.
   */
  write(state: Arrays): Promise<void>;
  /** Returns copies of entries of the state. */
  read(names: readonly string[]): Promise<Record<string, Float32Array>>;
  /** Runs a function: updates the state and returns copies of the outputs. */
  call(name: string, inputs: Arrays): Promise<Arrays>;
  close(): Promise<void>;
}

/** Throws if an engine does not support a program's precision. Callers report this earlier, with its place in the text. */
export function requirePrecision({ precision = "float32" }: Program, engine: EngineName): void {
  if (!enginesWith(precision).includes(engine)) throw new Error(refusedPrecision(precision, engine));
}
