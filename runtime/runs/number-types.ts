/** Number types of safetensors files, with their conversion to float32, or to int32 for whole numbers. */
export const numberTypes = {
  F64: { bytes: 8, widen: (raw) => Float32Array.from({ length: raw.byteLength / 8 }, (_, i) => raw.getFloat64(8 * i, true)) },
  F32: { bytes: 4, widen: (raw) => Float32Array.from({ length: raw.byteLength / 4 }, (_, i) => raw.getFloat32(4 * i, true)) },
  F16: { bytes: 2, widen: (raw) => floats(raw, halfBits) },
  BF16: { bytes: 2, widen: (raw) => floats(raw, (bits) => bits << 16) },
  I64: { bytes: 8, widen: (raw) => Int32Array.from({ length: raw.byteLength / 8 }, (_, i) => wholeOf(raw.getBigInt64(8 * i, true))) },
  I32: { bytes: 4, widen: (raw) => Int32Array.from({ length: raw.byteLength / 4 }, (_, i) => raw.getInt32(4 * i, true)) },
  U8: { bytes: 1, widen: (raw) => Int32Array.from({ length: raw.byteLength }, (_, i) => raw.getUint8(i)) },
  BOOL: { bytes: 1, widen: (raw) => Int32Array.from({ length: raw.byteLength }, (_, i) => raw.getUint8(i)) },
} as const satisfies Record<string, { bytes: number; widen(raw: DataView): Float32Array | Int32Array }>;

type NumberType = keyof typeof numberTypes;

export function isNumberType(name: unknown): name is NumberType {
  return typeof name === "string" && Object.hasOwn(numberTypes, name);
}

function wholeOf(value: bigint): number {
  if (value > 0x7fffffffn || value < -0x80000000n) throw new RangeError(`${value} is beyond 32 bits`);
  return Number(value);
}

/** Converts 16-bit numbers, given a function to the bits of the equal float32. */
function floats(raw: DataView, bitsOf: (half: number) => number): Float32Array {
  const bits = Int32Array.from({ length: raw.byteLength / 2 }, (_, i) => bitsOf(raw.getUint16(2 * i, true)));
  return new Float32Array(bits.buffer);
}

/** Converts IEEE 754 binary16 to binary32 bits, with other widths of exponent and fraction; subnormal numbers become normal. */
function halfBits(half: number): number {
  const [sign, exponent, fraction] = [(half & 0x8000) << 16, (half >> 10) & 0x1f, half & 0x3ff];
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | ((fraction << (13 + shift)) & 0x7fffff);
}
