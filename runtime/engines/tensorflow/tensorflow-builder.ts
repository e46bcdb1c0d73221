import type { Value } from "#runtime/trace/graph.ts";
import type { Message, Protobuf } from "./protobuf.ts";

export type GraphDefType = Value["dtype"];

/** types.proto */
export const graphDefTypes: Record<GraphDefType, number> = { float32: 1, int32: 3, bool: 10, bfloat16: 14 };

export type GraphDefAttribute =
  | { type: GraphDefType }
  | { int: number }
  | { bool: boolean }
  | { string: string }
  | { shape: readonly number[] }
  | { tensor: { shape: readonly number[]; dtype: GraphDefType; data: ArrayBufferView } };

/** Collects the nodes of a TensorFlow graph. A node is identified by its name, and its outputs after the first by `name:index`. */
export interface GraphDefBuilder {
  /** Adds a node and returns its name. `^name` among the inputs makes it run after that node. */
  node(op: string, inputs: readonly string[], attributes?: Record<string, GraphDefAttribute>, name?: string): string;
  constant(dtype: GraphDefType, shape: readonly number[], data: ArrayBufferView): string;
  /** A constant; equal constants are created only once. */
  ints(values: readonly number[]): string;
  int(value: number): string;
  float(value: number): string;
  /** A constant of ones, (1, count). */
  ones(count: number): string;
  /** The graph as a serialised SavedModel. */
  finish(): Uint8Array;
}

/** The version of operator signatures in the graph; TensorFlow supports older versions. */
const producer = 1882;

export function createGraphDefBuilder(pb: Protobuf): GraphDefBuilder {
  const graph = new pb.GraphDef();
  const shared = new Map<string, string>();
  let last = 0;
  const node: GraphDefBuilder["node"] = (op, inputs, attributes = {}, name = `${op}_${++last}`) => {
    const made = new pb.NodeDef();
    made.setName(name);
    made.setOp(op);
    made.setInputList([...inputs]);
    const map = made.getAttrMap();
    for (const [key, value] of Object.entries(attributes)) map.set(key, attributeOf(pb, value));
    graph.addNode(made);
    return name;
  };
  const constant: GraphDefBuilder["constant"] = (dtype, shape, data) =>
    node("Const", [], { dtype: { type: dtype }, value: { tensor: { shape, dtype, data } } });
  const once = (key: string, make: () => string): string => {
    const known = shared.get(key) ?? make();
    shared.set(key, known);
    return known;
  };
  return {
    node,
    constant,
    ints: (values) => once(`ints ${values}`, () => constant("int32", [values.length], Int32Array.from(values))),
    int: (value) => once(`int ${value}`, () => constant("int32", [], Int32Array.of(value))),
    float: (value) => once(`float ${value}`, () => constant("float32", [], Float32Array.of(value))),
    ones: (count) => once(`ones ${count}`, () => constant("float32", [1, count], new Float32Array(count).fill(1))),
    finish() {
      const versions = new pb.VersionDef();
      versions.setProducer(producer);
      graph.setVersions(versions);
      const info = new pb.MetaGraphDef.MetaInfoDef();
      info.setTagsList([savedModelTag]);
      const meta = new pb.MetaGraphDef();
      meta.setMetaInfoDef(info);
      meta.setGraphDef(graph);
      const model = new pb.SavedModel();
      model.setSavedModelSchemaVersion(1);
      model.addMetaGraphs(meta);
      return model.serializeBinary();
    },
  };
}

export const savedModelTag = "serve";

function attributeOf(pb: Protobuf, value: GraphDefAttribute): Message {
  const attribute = new pb.AttrValue();
  if ("type" in value) attribute.setType(graphDefTypes[value.type]);
  else if ("int" in value) attribute.setI(value.int);
  else if ("bool" in value) attribute.setB(value.bool);
  else if ("string" in value) attribute.setS(new TextEncoder().encode(value.string));
  else if ("shape" in value) attribute.setShape(shapeOf(pb, value.shape));
  else {
    const { shape, dtype, data } = value.tensor;
    const tensor = new pb.Tensor();
    tensor.setDtype(graphDefTypes[dtype]);
    tensor.setTensorShape(shapeOf(pb, shape));
    tensor.setTensorContent(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    attribute.setTensor(tensor);
  }
  return attribute;
}

function shapeOf(pb: Protobuf, shape: Value["shape"]): Message {
  const message = new pb.TensorShape();
  message.setDimList(
    shape.map((size) => {
      const dim = new pb.TensorShape.Dim();
      dim.setSize(size);
      return dim;
    }),
  );
  return message;
}
