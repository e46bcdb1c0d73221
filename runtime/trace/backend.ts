import { type DataId, type DataType, KernelBackend, type TensorInfo } from "@tensorflow/tfjs-core";
import type { DType } from "./function.ts";
import type { Attributes, Constant, Node, Value } from "./graph.ts";

export const traceBackendName = "trace";

/** A TensorFlow.js backend that computes nothing: each kernel infers the shape of its output and appends a node to the graph. */
export class TraceBackend extends KernelBackend {
  nodes: Node[] = [];
  constants: Constant[] = [];
  private last = 0;

  /** Starts a new trace. */
  begin(): void {
    this.nodes = [];
    this.constants = [];
    this.last = 0;
  }

  placeholder(shape: readonly number[], dtype: DType): TensorInfo {
    return { dataId: { id: ++this.last }, shape: [...shape], dtype };
  }

  emit(
    op: string,
    inputs: readonly TensorInfo[],
    attributes: Attributes,
    outputs: readonly { shape: readonly number[]; dtype: DataType }[],
  ): TensorInfo[] {
    const made = outputs.map(({ shape, dtype }) => this.placeholder(shape, dtype as DType));
    this.nodes.push({ op, inputs: inputs.map(tracedValue), attributes, outputs: made.map(tracedValue) });
    return made;
  }

  override write(values: unknown, shape: number[], dtype: DataType): DataId {
    const dataId = { id: ++this.last };
    this.keep(dataId, values, shape, dtype);
    return dataId;
  }

  override move(dataId: DataId, values: unknown, shape: number[], dtype: DataType): void {
    this.keep(dataId, values, shape, dtype);
  }

  private keep(dataId: DataId, values: unknown, shape: readonly number[], dtype: DataType): void {
    this.constants.push({ value: { id: idOf(dataId), shape, dtype: dtype as DType }, data: toArray(values as ArrayLike<number>, dtype) });
  }

  override read(): Promise<Float32Array> {
    throw new Error("a traced tensor has no values");
  }
  override readSync(): Float32Array {
    throw new Error("a traced tensor has no values");
  }
  override numDataIds(): number {
    return this.last;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override disposeData(): boolean {
    return true;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  override dispose(): void {}
  override timerAvailable(): boolean {
    return false;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override floatPrecision(): 32 {
    return 32;
  }
}

export function tracedValue(info: TensorInfo): Value {
  return { id: idOf(info.dataId), shape: info.shape, dtype: info.dtype as DType };
}

function idOf(dataId: DataId): number {
  return (dataId as { id: number }).id;
}

function toArray(values: ArrayLike<number>, dtype: DataType): Constant["data"] {
  if (dtype === "int32") return new Int32Array(values);
  if (dtype === "bool") return new Uint8Array(values);
  return new Float32Array(values);
}
