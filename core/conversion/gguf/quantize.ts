import { type TensorType, tensorTypes } from './format.ts'

const float32 = new Float32Array(1)
const bits32 = new Uint32Array(float32.buffer)
const float16 = new Float16Array(1)
const bits16 = new Uint16Array(float16.buffer)

/** The nearest half-precision number's bits, ties to even; too large becomes infinity. */
export function toF16(value: number): number {
  float16[0] = value
  return bits16[0]!
}

export function fromF16(bits: number): number {
  bits16[0] = bits
  return float16[0]!
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
      return new Uint8Array(new Float16Array(values).buffer)
    case 'BF16':
      return encodeBf16(values)
    case 'Q8_0':
      return encodeQ8(values)
  }
}

/** As `toBf16`, over the bits of all values at once. */
function encodeBf16(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const encoded = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i]!
    const noNumber = (value & 0x7fffffff) > 0x7f800000
    encoded[i] = noNumber ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16
  }
  return new Uint8Array(encoded.buffer)
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
