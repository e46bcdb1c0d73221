import type { DType } from "#runtime/trace/function.ts";
import { type Node, sumsRows } from "#runtime/trace/graph.ts";
import { type OnnxAttribute, type OnnxBuilder, onnxDataTypes } from "./onnx-builder.ts";

type Operator = (node: Node, builder: OnnxBuilder) => void;

const microsoft = "com.microsoft";

/** The names of a node's inputs and outputs. */
function names({ inputs, outputs }: Node, builder: OnnxBuilder): { input: string[]; output: string[] } {
  return { input: inputs.map(builder.name), output: outputs.map(builder.name) };
}

const same =
  (opType: string, attributes: Record<string, OnnxAttribute> = {}, domain = ""): Operator =>
  (node, builder) => {
    const { input, output } = names(node, builder);
    builder.node(opType, input, output, attributes, domain);
  };

/** A reduction with its axes as an attribute, as all but ReduceSum have up to opset 17. */
const reduce =
  (opType: string): Operator =>
  (node, builder) => {
    const { input, output } = names(node, builder);
    builder.node(opType, input, output, { axes: { ints: node.attributes.axes as readonly number[] }, keepdims: keepDims(node) });
  };

const keepDims = (node: Node) => ({ int: node.attributes.keepDims ? 1 : 0 });

function matMul(node: Node, builder: OnnxBuilder, scale: number): void {
  const { input, output } = names(node, builder);
  const [transA, transB] = [{ int: node.attributes.transposeA ? 1 : 0 }, { int: node.attributes.transposeB ? 1 : 0 }];
  if (node.outputs[0]!.shape.length === 2) {
    builder.node("Gemm", input, output, { transA, transB, alpha: { float: scale } });
  } else if (scale === 1 && !node.attributes.transposeA && !node.attributes.transposeB) {
    builder.node("MatMul", input, output);
  } else {
    builder.node("FusedMatMul", input, output, { transA, transB, alpha: { float: scale } }, microsoft);
  }
}

/** Adds rows by ScatterND, whose indices must be int64 with an additional axis. */
function scatterAdd(builder: OnnxBuilder, data: string, ids: string, updates: string, output: string): void {
  const [wide, apart] = [builder.fresh(), builder.fresh()];
  builder.node("Cast", [ids], [wide], { to: { int: onnxDataTypes.int64 } });
  builder.node("Unsqueeze", [wide, builder.int64([-1])], [apart]);
  builder.node("ScatterND", [data, apart, updates], [output], { reduction: { string: "add" } });
}

/** The lowering of each kernel of the trace, and of fuse.ts, to ONNX nodes. */
export const onnxOperators: Record<string, Operator> = {
  Add: same("Add"),
  AddN: same("Sum"),
  Sub: same("Sub"),
  Multiply: same("Mul"),
  RealDiv: same("Div"),
  Maximum: same("Max"),
  Minimum: same("Min"),
  Equal: same("Equal"),
  GreaterEqual: same("GreaterOrEqual"),
  LogicalAnd: same("And"),
  LogicalOr: same("Or"),
  Neg: same("Neg"),
  Sign: same("Sign"),
  Sqrt: same("Sqrt"),
  Exp: same("Exp"),
  Log: same("Log"),
  Sigmoid: same("Sigmoid"),
  Relu: same("Relu"),
  Erf: same("Erf"),
  Softmax: same("Softmax", { axis: { int: -1 } }),
  Square(node, builder) {
    const { input, output } = names(node, builder);
    builder.node("Mul", [input[0]!, input[0]!], output);
  },
  Rsqrt(node, builder) {
    const { input, output } = names(node, builder);
    const root = builder.fresh();
    builder.node("Sqrt", input, [root]);
    builder.node("Reciprocal", [root], output);
  },
  Step(node, builder) {
    const { input, output } = names(node, builder);
    const positive = builder.fresh();
    builder.node("Greater", [input[0]!, builder.float(0)], [positive]);
    builder.node("Cast", [positive], output, { to: { int: onnxDataTypes.float32 } });
  },
  Cast(node, builder) {
    const { input, output } = names(node, builder);
    builder.node("Cast", input, output, { to: { int: onnxDataTypes[node.attributes.dtype as DType] } });
  },
  Reshape(node, builder) {
    const { input, output } = names(node, builder);
    builder.node("Reshape", [input[0]!, builder.int64(node.attributes.shape as readonly number[])], output);
  },
  Transpose(node, builder) {
    const { input, output } = names(node, builder);
    builder.node("Transpose", input, output, { perm: { ints: node.attributes.perm as readonly number[] } });
  },
  Sum(node, builder) {
    const { input, output } = names(node, builder);
    if (sumsRows(node)) {
      const product = node.attributes.keepDims ? output : [builder.fresh()];
      builder.node("MatMul", [builder.ones(node.inputs[0]!.shape[0]!), input[0]!], product);
      if (!node.attributes.keepDims) builder.node("Reshape", [product[0]!, builder.int64(node.outputs[0]!.shape)], output);
      return;
    }
    builder.node("ReduceSum", [input[0]!, builder.int64(node.attributes.axes as readonly number[])], output, { keepdims: keepDims(node) });
  },
  SumSquare: reduce("ReduceSumSquare"),
  Mean: reduce("ReduceMean"),
  Max: reduce("ReduceMax"),
  ArgMax(node, builder) {
    const { input, output } = names(node, builder);
    const wide = builder.fresh();
    builder.node("ArgMax", input, [wide], { axis: { int: node.attributes.axis as number }, keepdims: { int: 0 } });
    builder.node("Cast", [wide], output, { to: { int: onnxDataTypes.int32 } });
  },
  BatchMatMul: (node, builder) => matMul(node, builder, 1),
  ScaledMatMul: (node, builder) => matMul(node, builder, node.attributes.scale as number),
  GatherV2(node, builder) {
    const { input, output } = names(node, builder);
    builder.node("Gather", input, output, { axis: { int: node.attributes.axis as number } });
  },
  UnsortedSegmentSum(node, builder) {
    const { input, output } = names(node, builder);
    const zeros = builder.fresh();
    builder.node("ConstantOfShape", [builder.int64(node.outputs[0]!.shape)], [zeros]);
    scatterAdd(builder, zeros, input[1]!, input[0]!, output[0]!);
  },
  /** data, updates, ids → data with the updates added to its rows. */
  ScatterAdd(node, builder) {
    const { input, output } = names(node, builder);
    scatterAdd(builder, input[0]!, input[2]!, input[1]!, output[0]!);
  },
  SplitV(node, builder) {
    const { input, output } = names(node, builder);
    builder.node("Split", [input[0]!, builder.int64(node.attributes.sizes as readonly number[])], output, {
      axis: { int: node.attributes.axis as number },
    });
  },
  Concat: (node, builder) => {
    const { input, output } = names(node, builder);
    builder.node("Concat", input, output, { axis: { int: node.attributes.axis as number } });
  },
  Slice(node, builder) {
    const { input, output } = names(node, builder);
    const begin = node.attributes.begin as readonly number[];
    const end = begin.map((start, axis) => start + (node.outputs[0]!.shape[axis] as number));
    builder.node("Slice", [input[0]!, builder.int64(begin), builder.int64(end)], output);
  },
  LayerNorm(node, builder) {
    const { input, output } = names(node, builder);
    builder.node("LayerNormalization", input, output, { axis: { int: -1 }, epsilon: { float: node.attributes.epsilon as number } });
  },
  Gelu: same("Gelu", {}, microsoft),
  /** An always true condition forces the order in ONNX Runtime, whose Where does not support booleans. */
  Again({ inputs: [x, after], outputs }, builder) {
    const [yes, first, like] = [builder.fresh(), builder.fresh(), builder.fresh()];
    builder.node("Cast", [builder.float(1)], [yes], { to: { int: onnxDataTypes.bool } });
    const axes = after!.shape.map(() => 0);
    builder.node("Slice", [builder.name(after!), builder.int64(axes), builder.int64(axes.map(() => 1))], [first]);
    builder.node("Cast", [first], [like], { to: { int: onnxDataTypes[x!.dtype] } });
    const alone = builder.fresh();
    builder.node("Reshape", [like, builder.int64([1])], [alone]);
    if (x!.dtype === "bool") {
      const either = builder.fresh();
      builder.node("Or", [alone, yes], [either]);
      builder.node("And", [builder.name(x!), either], outputs.map(builder.name));
    } else {
      builder.node("Where", [yes, builder.name(x!), alone], outputs.map(builder.name));
    }
  },
  Insert({ inputs: [kept, added, at], outputs }, builder) {
    const [wide, chosen, shaped] = [builder.fresh(), builder.fresh(), builder.fresh()];
    const length = kept!.shape[2]!;
    builder.node("Cast", [builder.name(at!)], [wide], { to: { int: onnxDataTypes.int64 } });
    builder.node("Equal", [builder.int64(Array.from({ length }, (_, i) => i)), wide], [chosen]);
    builder.node("Reshape", [chosen, builder.int64([1, 1, length, 1])], [shaped]);
    builder.node("Where", [shaped, builder.name(added!), builder.name(kept!)], outputs.map(builder.name));
  },
};
