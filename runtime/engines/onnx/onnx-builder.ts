import type { onnx } from "onnx-proto";
import type { Value } from "#runtime/trace/graph.ts";

/** TensorProto.DataType */
export const onnxDataTypes: Record<Value["dtype"] | "int64", number> = { float32: 1, int32: 6, int64: 7, bool: 9, bfloat16: 16 };

/** Collects the nodes and constants of an ONNX graph. */
export interface OnnxBuilder {
  nodes: onnx.INodeProto[];
  initializers: onnx.ITensorProto[];
  name(value: Value): string;
  /** A unique name. */
  fresh(): string;
  node(opType: string, inputs: string[], outputs: string[], attributes?: Record<string, OnnxAttribute>, domain?: string): void;
  int64(values: readonly number[]): string;
  float(value: number): string;
  /** A constant of ones, (1, count). */
  ones(count: number): string;
}

export type OnnxAttribute = { int: number } | { ints: readonly number[] } | { float: number } | { string: string };

export function createOnnxBuilder(): OnnxBuilder {
  const nodes: onnx.INodeProto[] = [];
  const initializers: onnx.ITensorProto[] = [];
  const shared = new Map<string, string>();
  let last = 0;
  const fresh = () => `t${++last}`;
  const constant = (key: string, dims: number[], dataType: number, data: ArrayBufferView): string => {
    const known = shared.get(key);
    if (known) return known;
    const name = fresh();
    shared.set(key, name);
    initializers.push({ name, dims, dataType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    return name;
  };
  return {
    nodes,
    initializers,
    fresh,
    name: ({ id }) => `v${id}`,
    node(opType, input, output, attributes = {}, domain = "") {
      const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
      nodes.push({ opType, input, output, attribute, domain, name: `${opType}_${nodes.length}` });
    },
    int64: (values) => constant(`i ${values}`, [values.length], onnxDataTypes.int64, BigInt64Array.from(values, BigInt)),
    float: (value) => constant(`f ${value}`, [], onnxDataTypes.float32, Float32Array.of(value)),
    ones: (count) => constant(`ones ${count}`, [1, count], onnxDataTypes.float32, new Float32Array(count).fill(1)),
  };
}

/** AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, INTS 7. */
function attributeProto(name: string, value: OnnxAttribute): onnx.IAttributeProto {
  if ("float" in value) return { name, type: 1, f: value.float };
  if ("int" in value) return { name, type: 2, i: value.int };
  if ("string" in value) return { name, type: 3, s: new TextEncoder().encode(value.string) };
  return { name, type: 7, ints: [...value.ints] };
}
