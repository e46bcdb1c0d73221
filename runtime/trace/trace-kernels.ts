import { backend_util, registerKernel, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { type TraceBackend, traceBackendName } from "./backend.ts";
import { customKernels } from "./custom-kernels.ts";
import type { Attributes } from "./graph.ts";

type Inputs = Record<string, TensorInfo>;
/** The attributes of all kernels below, with TensorFlow.js's names; each kernel has a few of them. */
interface KernelAttributes {
  axis: number;
  reductionIndices: number;
  keepDims: boolean;
  shape: number[];
  dtype: TensorInfo["dtype"];
  transposeA: boolean;
  transposeB: boolean;
  perm: readonly number[];
  numSegments: number;
  numOrSizeSplits: number[] | number;
  begin: readonly number[];
  size: readonly number[];
  value: number;
}
type Kernel = (inputs: Inputs, attributes: KernelAttributes, backend: TraceBackend) => TensorInfo | TensorInfo[];

/** Registers all kernels that programs may use with the trace backend: TensorFlow.js's by name, and custom ones. */
export function registerTraceKernels(): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) register(kernelName, kernel);
  for (const [kernelName, { inputs, shapes }] of Object.entries(customKernels)) {
    register(kernelName, (given, attributes, backend) => {
      const list = inputs.map((name) => given[name]).filter((input): input is TensorInfo => input !== undefined);
      const outputs = shapes(given, attributes as never as Attributes).map((shape) => ({ shape, dtype: "float32" as const }));
      return backend.emit(kernelName, list, { ...(attributes as never as Attributes) }, outputs);
    });
  }
}

function register(kernelName: string, kernel: Kernel): void {
  registerKernel({
    kernelName,
    backendName: traceBackendName,
    kernelFunc: ({ inputs, attrs, backend }) => kernel(inputs as Inputs, (attrs ?? {}) as never, backend as TraceBackend),
  });
}

const one = (infos: TensorInfo[]): TensorInfo => infos[0] as TensorInfo;

const binary =
  (op: string, dtype?: "bool"): Kernel =>
  ({ a, b }, _, backend) =>
    one(backend.emit(op, [a!, b!], {}, [{ shape: backend_util.assertAndGetBroadcastShape(a!.shape, b!.shape), dtype: dtype ?? a!.dtype }]));

const unary =
  (op: string): Kernel =>
  ({ x }, _, backend) =>
    one(backend.emit(op, [x!], {}, [x!]));

const reduction =
  (op: string): Kernel =>
  ({ x }, { axis, reductionIndices, keepDims }, backend) => {
    // Max has another name for its axes
    const axes = util.parseAxisParam(axis ?? reductionIndices, x!.shape).toSorted((a, b) => a - b);
    const shape = keepDims ? x!.shape.map((size, i) => (axes.includes(i) ? 1 : size)) : x!.shape.filter((_size, i) => !axes.includes(i));
    return one(backend.emit(op, [x!], { axes, keepDims: Boolean(keepDims) }, [{ shape, dtype: x!.dtype }]));
  };

const filled =
  (value: number): Kernel =>
  ({ x }, _, backend) =>
    fill(backend, x!.shape, x!.dtype, value);

function fill(backend: TraceBackend, shape: readonly number[], dtype: TensorInfo["dtype"], value: number): TensorInfo {
  const dataId = backend.write(new Float32Array(util.sizeFromShape([...shape])).fill(value), [...shape], dtype);
  return { dataId, shape: [...shape], dtype };
}

/** The kernels that traced programs may use. Any other fails at trace time with TensorFlow.js's "kernel not registered". */
const kernels: Record<string, Kernel> = {
  Add: binary("Add"),
  AddV2: binary("Add"),
  Sub: binary("Sub"),
  Multiply: binary("Multiply"),
  RealDiv: binary("RealDiv"),
  Maximum: binary("Maximum"),
  Minimum: binary("Minimum"),
  Equal: binary("Equal", "bool"),
  GreaterEqual: binary("GreaterEqual", "bool"),
  LogicalAnd: binary("LogicalAnd", "bool"),
  LogicalOr: binary("LogicalOr", "bool"),
  Neg: unary("Neg"),
  Sign: unary("Sign"),
  Square: unary("Square"),
  Sqrt: unary("Sqrt"),
  Rsqrt: unary("Rsqrt"),
  Exp: unary("Exp"),
  Log: unary("Log"),
  Sigmoid: unary("Sigmoid"),
  Relu: unary("Relu"),
  Erf: unary("Erf"),
  Step: ({ x }, _, backend) => one(backend.emit("Step", [x!], {}, [x!])),
  Identity: ({ x }) => ({ dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype }),
  /** x, as soon as `after` is computed (models/operations/recompute.ts). */
  Again: ({ x, after }, _, backend) => backend.emit("Again", [x!, after!], {}, [x!]),
  Reshape: ({ x }, { shape }, backend) => {
    const to = util.inferFromImplicitShape(shape, util.sizeFromShape(x!.shape));
    return one(backend.emit("Reshape", [x!], { shape: to }, [{ shape: to, dtype: x!.dtype }]));
  },
  Cast: ({ x }, { dtype }, backend) =>
    x!.dtype === dtype
      ? { dataId: x!.dataId, shape: x!.shape, dtype }
      : one(backend.emit("Cast", [x!], { dtype }, [{ shape: x!.shape, dtype }])),
  Sum: reduction("Sum"),
  Mean: reduction("Mean"),
  Max: reduction("Max"),
  ArgMax: ({ x }, { axis }, backend) => {
    const along = util.parseAxisParam(axis, x!.shape)[0] as number;
    return one(backend.emit("ArgMax", [x!], { axis: along }, [{ shape: x!.shape.filter((_, i) => i !== along), dtype: "int32" }]));
  },
  BatchMatMul: ({ a, b }, { transposeA, transposeB }, backend) => {
    const [rows, columns] = [a!.shape.at(transposeA ? -1 : -2) as number, b!.shape.at(transposeB ? -2 : -1) as number];
    const batch = backend_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return one(
      backend.emit("BatchMatMul", [a!, b!], { transposeA: Boolean(transposeA), transposeB: Boolean(transposeB) }, [
        { shape: [...batch, rows, columns], dtype: "float32" },
      ]),
    );
  },
  Transpose: ({ x }, { perm }, backend) =>
    one(backend.emit("Transpose", [x!], { perm }, [{ shape: perm.map((axis) => x!.shape[axis] as number), dtype: x!.dtype }])),
  Softmax: ({ logits }, _, backend) => one(backend.emit("Softmax", [logits!], {}, [logits!])),
  GatherV2: ({ x, indices }, { axis }, backend) =>
    one(
      backend.emit("GatherV2", [x!, indices!], { axis }, [
        { shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], dtype: x!.dtype },
      ]),
    ),
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }, backend) =>
    one(
      backend.emit("UnsortedSegmentSum", [x!, segmentIds!], { numSegments }, [
        { shape: [numSegments, ...x!.shape.slice(1)], dtype: x!.dtype },
      ]),
    ),
  SplitV: ({ x }, { numOrSizeSplits, axis }, backend) => {
    const along = util.parseAxisParam(axis, x!.shape)[0] as number;
    const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits, along);
    const outputs = sizes.map((size) => ({ shape: x!.shape.map((all, i) => (i === along ? size : all)), dtype: x!.dtype }));
    return backend.emit("SplitV", [x!], { axis: along, sizes }, outputs);
  },
  Concat: (inputs, { axis }, backend) => {
    const parts = Object.values(inputs);
    const first = parts[0] as TensorInfo;
    const along = util.parseAxisParam(axis, first.shape)[0] as number;
    const shape = first.shape.map((size, i) => (i === along ? parts.reduce((sum, part) => sum + (part.shape[along] as number), 0) : size));
    return one(backend.emit("Concat", parts, { axis: along }, [{ shape, dtype: first.dtype }]));
  },
  Slice: ({ x }, { begin, size }, backend) => {
    const sizes = size.map((requested, i) => (requested === -1 ? (x!.shape[i] as number) - (begin[i] ?? 0) : requested));
    return one(backend.emit("Slice", [x!], { begin, size: sizes }, [{ shape: sizes, dtype: x!.dtype }]));
  },
  Fill: (_, { shape, value, dtype }, backend) => fill(backend, shape, dtype ?? "float32", value),
  ZerosLike: filled(0),
  OnesLike: filled(1),
};
