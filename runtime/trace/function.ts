import type { Tensor } from "@tensorflow/tfjs-core";

export type Precision = "float32" | "bfloat16";
export type DType = "float32" | "int32" | "bool";

export interface TensorSpec {
  name: string;
  shape: readonly number[];
  dtype: DType;
}

export type Tensors = Record<string, Tensor>;
/** Arrays by name, in row-major order; booleans are bytes 0 and 1. */
export type Arrays = Record<string, Float32Array | Int32Array | Uint8Array>;

/**
 * A pure function in TensorFlow.js operations: (state, inputs) → (new state, outputs). The reference engine runs it eagerly; for other
 * engines, it is traced into a graph.
 */
export interface ProgramFunction {
  name: string;
  /** Names of the entries of the session's state that it reads; all are float32. */
  reads: readonly string[];
  inputs: readonly TensorSpec[];
  /** Returns outputs, and new values for some entries of the state; other entries do not change. */
  call(state: Tensors, inputs: Tensors): { state: Tensors; outputs: Tensors };
}

/** Functions that share a state; an engine opens them together as a session. */
export interface Program {
  /** Precision of matrix products; the state is always float32. Absent: float32. */
  precision?: Precision;
  state: readonly TensorSpec[];
  functions: readonly ProgramFunction[];
  /** The same program, with the work of each function split into this many independent parts, if it can be split. */
  inGroups?(count: number): Program;
}
