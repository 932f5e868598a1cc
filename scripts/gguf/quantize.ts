import { type TensorType, tensorTypes } from './format.ts'

const float32 = new Float32Array(1)
const bits32 = new Uint32Array(float32.buffer)

/** The nearest half-precision number's bits, ties to even; too large becomes infinity. */
export function toF16(value: number): number {
  float32[0] = value
  const bits = bits32[0]!
  const sign = (bits >>> 16) & 0x8000
  const exponent = (bits >>> 23) & 0xff
  const fraction = bits & 0x7fffff
  if (exponent === 0xff) return sign | 0x7c00 | (fraction ? 0x200 : 0)
  const unbiased = exponent - 127 + 15
  if (unbiased >= 31) return sign | 0x7c00
  if (unbiased <= 0) {
    if (unbiased < -10) return sign
    const whole = fraction | 0x800000
    return sign | roundedShift(whole, 14 - unbiased)
  }
  // Rounding up may carry into the exponent, which is what it should do.
  return sign + ((unbiased << 10) + roundedShift(fraction, 13))
}

function roundedShift(value: number, shift: number): number {
  const half = 2 ** (shift - 1)
  const floor = Math.floor(value / 2 ** shift)
  const rest = value - floor * 2 ** shift
  return rest > half || (rest === half && floor % 2 === 1) ? floor + 1 : floor
}

export function fromF16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

/** The nearest bfloat16's bits, ties to even. */
export function toBf16(value: number): number {
  float32[0] = value
  const bits = bits32[0]!
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) / 0x10000) & 0xffff
}

/**
 * Encodes a tensor's values. Q8_0: blocks of 32 values share the scale max/127 in half precision, as in llama.cpp's
 * reference quantisation.
 */
export function encodeTensor(values: Float32Array, type: TensorType): Uint8Array {
  if (values.length % tensorTypes[type].block !== 0)
    throw new RangeError(`${values.length} values do not divide into ${type} blocks`)
  switch (type) {
    case 'F32':
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    case 'F16':
      return new Uint8Array(Uint16Array.from(values, toF16).buffer)
    case 'BF16':
      return new Uint8Array(Uint16Array.from(values, toBf16).buffer)
    case 'Q8_0':
      return encodeQ8(values)
  }
}

function encodeQ8(values: Float32Array): Uint8Array {
  const { block, bytes } = tensorTypes.Q8_0
  const encoded = new Uint8Array((values.length / block) * bytes)
  for (let start = 0, at = 0; start < values.length; start += block) {
    let largest = 0
    for (let i = start; i < start + block; i++) largest = Math.max(largest, Math.abs(values[i]!))
    const scale = largest / 127
    const half = toF16(scale)
    encoded[at++] = half & 0xff
    encoded[at++] = half >>> 8
    for (let i = start; i < start + block; i++)
      encoded[at++] = scale === 0 ? 0 : Math.round(values[i]! / scale) & 0xff
  }
  return encoded
}
