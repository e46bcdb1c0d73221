import { sizeOf } from "#runtime/contract/shape.ts";
import { type Node, sumsRows, type Value } from "#runtime/trace/graph.ts";
import type { GraphDefAttribute, GraphDefBuilder, GraphDefType } from "./tensorflow-builder.ts";

/** Lowers a traced node. Inputs are names of nodes or of their outputs, and so are the results, one for each output of the traced node. */
type Operator = (inputs: readonly string[], node: Node, builder: GraphDefBuilder) => string[];

const typeOf = (value: Value | undefined): GraphDefAttribute => ({ type: value!.dtype });
const int32: GraphDefAttribute = { type: "int32" };

/** A single TensorFlow node with the type of its first input as `T`. */
const same =
  (op: string, attributes: Record<string, GraphDefAttribute> = {}): Operator =>
  (inputs, node, builder) => [builder.node(op, inputs, { T: typeOf(node.inputs[0]), ...attributes })];

const untyped =
  (op: string): Operator =>
  (inputs, _, builder) => [builder.node(op, inputs)];

const reduce =
  (op: string): Operator =>
  ([x], { inputs, attributes }, builder) => [
    builder.node(op, [x!, builder.ints(attributes.axes as readonly number[])], {
      T: typeOf(inputs[0]),
      Tidx: int32,
      keep_dims: { bool: Boolean(attributes.keepDims) },
    }),
  ];

const float: Record<string, GraphDefAttribute> = { T: { type: "float32" } };

function matMul([a, b]: readonly string[], { inputs, attributes }: Node, builder: GraphDefBuilder): string {
  const T = typeOf(inputs[0]);
  const [left, right] = [{ bool: Boolean(attributes.transposeA) }, { bool: Boolean(attributes.transposeB) }];
  if (inputs.every(({ shape }) => shape.length === 2))
    return builder.node("MatMul", [a!, b!], { T, transpose_a: left, transpose_b: right });
  return builder.node("BatchMatMulV2", [a!, b!], { T, adj_x: left, adj_y: right });
}

/** A constant with the type of a value. */
function factor(scale: number, { dtype }: Value, builder: GraphDefBuilder): string {
  const constant = builder.float(scale);
  return dtype === "bfloat16" ? builder.node("Cast", [constant], { SrcT: { type: "float32" }, DstT: { type: dtype } }) : constant;
}

/** The lowering of each kernel of the trace to TensorFlow nodes. */
export const tensorflowOperators: Record<string, Operator> = {
  Add: same("AddV2"),
  Sub: same("Sub"),
  Multiply: same("Mul"),
  RealDiv: same("RealDiv"),
  Maximum: same("Maximum"),
  Minimum: same("Minimum"),
  Equal: same("Equal"),
  GreaterEqual: same("GreaterEqual"),
  LogicalAnd: untyped("LogicalAnd"),
  LogicalOr: untyped("LogicalOr"),
  Neg: same("Neg"),
  Sign: same("Sign"),
  Square: same("Square"),
  Sqrt: same("Sqrt"),
  Rsqrt: same("Rsqrt"),
  Exp: same("Exp"),
  Log: same("Log"),
  Sigmoid: same("Sigmoid"),
  Relu: same("Relu"),
  Erf: same("Erf"),
  Softmax: same("Softmax"),
  Step([x], _, builder) {
    const positive = builder.node("Greater", [x!, builder.float(0)], float);
    return [builder.node("Cast", [positive], { SrcT: { type: "bool" }, DstT: { type: "float32" } })];
  },
  Cast: ([x], { inputs, attributes }, builder) => [
    builder.node("Cast", [x!], { SrcT: typeOf(inputs[0]), DstT: { type: attributes.dtype as GraphDefType } }),
  ],
  Reshape: ([x], { inputs, attributes }, builder) => [
    builder.node("Reshape", [x!, builder.ints(attributes.shape as readonly number[])], { T: typeOf(inputs[0]), Tshape: int32 }),
  ],
  Transpose: ([x], { inputs, attributes }, builder) => [
    builder.node("Transpose", [x!, builder.ints(attributes.perm as readonly number[])], { T: typeOf(inputs[0]), Tperm: int32 }),
  ],
  Sum([x], node, builder) {
    const { inputs, outputs, attributes } = node;
    if (!sumsRows(node)) return reduce("Sum")([x!], node, builder);
    const sum = builder.node("MatMul", [builder.ones(inputs[0]!.shape[0]!), x!], float);
    return [attributes.keepDims ? sum : builder.node("Reshape", [sum, builder.ints(outputs[0]!.shape)], { ...float, Tshape: int32 })];
  },
  /** Uses L2Loss, which is half of the sum over all axes and needs no array of squares. */
  SumSquare([x], node, builder) {
    if (node.outputs[0]!.shape.length > 0) return reduce("Sum")([builder.node("Square", [x!], float)], node, builder);
    return [builder.node("Mul", [builder.node("L2Loss", [x!], float), builder.float(2)], float)];
  },
  Mean: reduce("Mean"),
  Max: reduce("Max"),
  ArgMax: ([x], { inputs, attributes }, builder) => [
    builder.node("ArgMax", [x!, builder.int(attributes.axis as number)], { T: typeOf(inputs[0]), Tidx: int32, output_type: int32 }),
  ],
  BatchMatMul: (inputs, node, builder) => [matMul(inputs, node, builder)],
  /** Multiplies the smallest of the three arrays by the factor. */
  ScaledMatMul([a, b], node, builder) {
    const scale = node.attributes.scale as number;
    if (scale === 1) return [matMul([a!, b!], node, builder)];
    const T = typeOf(node.inputs[0]);
    const scaled = (value: string) => builder.node("Mul", [value, factor(scale, node.inputs[0]!, builder)], { T });
    const [left, right, result] = [...node.inputs, ...node.outputs].map(({ shape }) => sizeOf(shape)) as [number, number, number];
    if (result <= left && result <= right) return [scaled(matMul([a!, b!], node, builder))];
    return [matMul(left <= right ? [scaled(a!), b!] : [a!, scaled(b!)], node, builder)];
  },
  GatherV2: ([x, indices], { inputs, attributes }, builder) => [
    builder.node("GatherV2", [x!, indices!, builder.int(attributes.axis as number)], {
      Tparams: typeOf(inputs[0]),
      Tindices: int32,
      Taxis: int32,
    }),
  ],
  UnsortedSegmentSum: ([x, ids], { inputs, attributes }, builder) => [
    builder.node("UnsortedSegmentSum", [x!, ids!, builder.int(attributes.numSegments as number)], {
      T: typeOf(inputs[0]),
      Tindices: int32,
      Tnumsegments: int32,
    }),
  ],
  SplitV([x], { inputs, attributes, outputs }, builder) {
    const sizes = builder.ints(attributes.sizes as readonly number[]);
    const name = builder.node("SplitV", [x!, sizes, builder.int(attributes.axis as number)], {
      T: typeOf(inputs[0]),
      Tlen: int32,
      num_split: { int: outputs.length },
    });
    return outputs.map((_, i) => (i === 0 ? name : `${name}:${i}`));
  },
  Concat: (parts, { inputs, attributes }, builder) => [
    builder.node("ConcatV2", [...parts, builder.int(attributes.axis as number)], {
      N: { int: parts.length },
      T: typeOf(inputs[0]),
      Tidx: int32,
    }),
  ],
  Slice([x], { inputs, attributes }, builder) {
    const [begin, size] = [attributes.begin as readonly number[], attributes.size as readonly number[]];
    return [builder.node("Slice", [x!, builder.ints(begin), builder.ints(size)], { T: typeOf(inputs[0]), Index: int32 })];
  },
  /** As in the gradient (models/operations/layer-norm.ts), so that it shares the centred and the normalised rows. */
  LayerNorm([x, scale, bias], { inputs, attributes }, builder) {
    const last = builder.ints([inputs[0]!.shape.length - 1]);
    const mean = (of: string) => builder.node("Mean", [of, last], { ...float, Tidx: int32, keep_dims: { bool: true } });
    const binary = (op: string, a: string, b: string) => builder.node(op, [a, b], float);
    const mu = mean(x!);
    const centred = binary("Sub", x!, mu);
    const variance = mean(builder.node("Square", [centred], float));
    const inverse = builder.node("Rsqrt", [binary("AddV2", variance, builder.float(attributes.epsilon as number))], float);
    const scaled = binary("Mul", binary("Mul", centred, inverse), scale!);
    return [bias === undefined ? scaled : binary("AddV2", scaled, bias), mu, inverse];
  },
  Again: ([x, after], { inputs }, builder) => [builder.node("Identity", [x!, `^${after!.split(":")[0]}`], { T: typeOf(inputs[0]) })],
  /** Writes to the memory of the variable, of which the result is an alias, so that the following assignment copies nothing either. */
  Insert([kept, added, at], { inputs }, builder) {
    const [batch, groups, length, width] = inputs[0]!.shape as [number, number, number, number];
    const rows = batch * groups;
    const shaped = (value: string, shape: readonly number[]) =>
      builder.node("Reshape", [value, builder.ints(shape)], { ...float, Tshape: int32 });
    const starts = builder.ints(Array.from({ length: rows }, (_, row) => row * length));
    const places = builder.node("AddV2", [starts, at!], { T: int32 });
    const flat = builder.node("InplaceUpdate", [shaped(kept!, [rows * length, width]), places, shaped(added!, [rows, width])], float);
    return [shaped(flat, inputs[0]!.shape)];
  },
  /** As in the gradient (models/operations/gelu.ts), so that it shares the cumulative distribution. */
  Gelu([x], _, builder) {
    const binary = (op: string, a: string, b: string) => builder.node(op, [a, b], float);
    const erf = builder.node("Erf", [binary("Mul", x!, builder.float(Math.SQRT1_2))], float);
    const cumulative = binary("AddV2", binary("Mul", erf, builder.float(0.5)), builder.float(0.5));
    return [binary("Mul", x!, cumulative)];
  },
};
