import { type EngineName, enginesWith, refusedPrecision } from "#runtime/contract/catalogue/engines.ts";
import type { EngineDescription } from "#runtime/contract/records.ts";
import type { Arrays, Program } from "#runtime/trace/function.ts";

/** Runs programs. State lives in the session, on the device where there is one; only a batch goes in and scalars come out. */
export interface Engine {
  readonly name: EngineName;
  /** For the manifest: versions, device, threads. */
  describe(): Promise<EngineDescription>;
  open(program: Program): Promise<Session>;
}

export type { EngineName };

export interface Session {
  /** Requests are done in the order in which they are made, so that they need not wait for each other's answers. */
  queues: boolean;
  /**
   * Replaces entries of the state; every entry must have been written before the first call that reads it. The arrays are the
   * session's from then on: nobody else changes them or writes them a second time.
   */
  write(state: Arrays): Promise<void>;
  /** Copies. */
  read(names: readonly string[]): Promise<Record<string, Float32Array>>;
  /** Runs one function: updates the state, returns the outputs (copies). */
  call(name: string, inputs: Arrays): Promise<Arrays>;
  close(): Promise<void>;
}

/** Throws where an engine does not have a program's precision; who runs a program says so before, at its place. */
export function requirePrecision({ precision = "float32" }: Program, engine: EngineName): void {
  if (!enginesWith(precision).includes(engine)) throw new Error(refusedPrecision(precision, engine));
}
