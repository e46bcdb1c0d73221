import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { type KernelFunc, registerKernel, type Tensor, type TensorInfo, util } from "@tensorflow/tfjs-core";

/** Plain implementations of trace/custom-kernels.ts: loops over the rows, sums in double precision. */
export function registerCpuKernels(): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) =>
      kernel(inputs as never, (attrs ?? {}) as never, backend as MathBackendCPU);
    registerKernel({ kernelName, backendName: "cpu", kernelFunc });
  }
}

type Kernel = (inputs: Record<string, TensorInfo>, attributes: Record<string, number>, backend: MathBackendCPU) => TensorInfo[];

const kernels: Record<string, Kernel> = {
  LayerNorm({ x, scale, bias }, { epsilon }, backend) {
    const [values, gain] = [valuesOf(backend, x!), valuesOf(backend, scale!)];
    const shift = bias && valuesOf(backend, bias);
    const width = gain.length;
    const rows = values.length / width;
    const y = new Float32Array(values.length);
    const [mean, inverse] = [new Float32Array(rows), new Float32Array(rows)];
    for (let row = 0; row < rows; row++) {
      const at = row * width;
      let sum = 0;
      for (let i = 0; i < width; i++) sum += values[at + i]!;
      const mu = sum / width;
      let squares = 0;
      for (let i = 0; i < width; i++) squares += (values[at + i]! - mu) ** 2;
      const factor = 1 / Math.sqrt(squares / width + epsilon!);
      for (let i = 0; i < width; i++) y[at + i] = (values[at + i]! - mu) * factor * gain[i]! + (shift ? shift[i]! : 0);
      mean[row] = mu;
      inverse[row] = factor;
    }
    const statistics = [...x!.shape.slice(0, -1), 1];
    return [make(backend, y, x!.shape), make(backend, mean, statistics), make(backend, inverse, statistics)];
  },
  Gelu({ x }, _, backend) {
    const values = valuesOf(backend, x!);
    return [
      make(
        backend,
        Float32Array.from(values, (value) => 0.5 * value * (1 + erf(value * Math.SQRT1_2))),
        x!.shape,
      ),
    ];
  },
  AdamW(inputs, { beta1, beta2 }, backend) {
    const [weights, first, second, gradient] = ["weights", "firstMoment", "secondMoment", "gradient"].map((name) =>
      valuesOf(backend, inputs[name]!),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const [scale, stepSize, epsilon, keep] = ["scale", "stepSize", "epsilon", "keep"].map(
      (name) => valuesOf(backend, inputs[name]!)[0]!,
    ) as [number, number, number, number];
    const m = first.map((value, i) => beta1! * value + (1 - beta1!) * scale * gradient[i]!);
    const v = second.map((value, i) => beta2! * value + (1 - beta2!) * (scale * gradient[i]!) ** 2);
    const w = weights.map((value, i) => keep * value - (stepSize * m[i]!) / (Math.sqrt(v[i]!) + epsilon));
    return [w, m, v].map((values) => make(backend, values, inputs.weights!.shape));
  },
  Again: ({ x }, _, backend) => [backend.makeTensorInfo(x!.shape, x!.dtype, valuesOf(backend, x!).slice())],
  Insert({ kept, added, at }, _, backend) {
    const [batch, groups, length, width] = kept!.shape as [number, number, number, number];
    const values = valuesOf(backend, kept!).slice();
    const [rows, place] = [valuesOf(backend, added!), valuesOf(backend, at!)[0]!];
    for (let row = 0; row < batch * groups; row++)
      values.set(rows.subarray(row * width, (row + 1) * width), (row * length + place) * width);
    return [make(backend, values, kept!.shape)];
  },
  ScaledMatMul({ a, b }, { scale, transposeA, transposeB }, backend) {
    const [left, right] = [valuesOf(backend, a!), valuesOf(backend, b!)];
    const [aRows, aColumns] = a!.shape.slice(-2) as [number, number];
    const [bRows, bColumns] = b!.shape.slice(-2) as [number, number];
    const [m, inner, n] = [transposeA ? aColumns : aRows, transposeA ? aRows : aColumns, transposeB ? bRows : bColumns];
    const batch = util.sizeFromShape(a!.shape.slice(0, -2));
    const output = new Float32Array(batch * m * n);
    for (let item = 0; item < batch; item++) {
      const [aStart, bStart] = [item * m * inner, item * inner * n];
      for (let row = 0; row < m; row++) {
        for (let column = 0; column < n; column++) {
          let sum = 0;
          for (let k = 0; k < inner; k++) {
            const x = left[aStart + (transposeA ? k * m + row : row * inner + k)]!;
            sum += x * right[bStart + (transposeB ? column * inner + k : k * n + column)]!;
          }
          output[item * m * n + row * n + column] = sum * scale!;
        }
      }
    }
    return [make(backend, output, [...a!.shape.slice(0, -2), m, n])];
  },
};

/** Error function: the series for small arguments, the continued fraction for large ones (Abramowitz and Stegun 1964, 7.1.5 and 7.1.14). */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 2.5) {
    let [term, sum] = [magnitude, magnitude];
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-magnitude * magnitude) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (magnitude + fraction);
  return Math.sign(x) * (1 - Math.exp(-magnitude * magnitude) / ((magnitude + fraction) * Math.sqrt(Math.PI)));
}

function valuesOf(backend: MathBackendCPU, info: TensorInfo): Float32Array {
  return backend.data.get((info as Tensor).dataId).values as Float32Array;
}

function make(backend: MathBackendCPU, values: Float32Array, shape: number[]): TensorInfo {
  return backend.makeTensorInfo(shape, "float32", values);
}
