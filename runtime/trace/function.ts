import type { Tensor } from "@tensorflow/tfjs-core";

export type Precision = "float32" | "bfloat16";
export type DType = "float32" | "int32" | "bool";

export interface TensorSpec {
  name: string;
  shape: readonly number[];
  dtype: DType;
}

export type Tensors = Record<string, Tensor>;
/** Row-major; bool as bytes 0 and 1. */
export type Arrays = Record<string, Float32Array | Int32Array | Uint8Array>;

/**
 * A pure program in TensorFlow.js operations: (state, inputs) → (new state, outputs). Written once, run eagerly by the
 * reference engine and traced into a graph for the others.
 */
export interface ProgramFunction {
  name: string;
  /** What of the session's state it reads; all float32. */
  reads: readonly string[];
  inputs: readonly TensorSpec[];
  /** `state` holds new values for some of `reads`; the rest stays as it is. */
  call(state: Tensors, inputs: Tensors): { state: Tensors; outputs: Tensors };
}

/** Functions that share one state, as an engine opens them. */
export interface Program {
  /** Of matrix products; the state is always float32. Left out: float32. */
  precision?: Precision;
  state: readonly TensorSpec[];
  functions: readonly ProgramFunction[];
  /** The same with the work of each function in so many parts that do not wait for one another, where it can be parted. */
  inGroups?(count: number): Program;
}
