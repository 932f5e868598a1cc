import type { OpenFile } from '../files/open-file.ts'
import { Refusal } from '../refusal.ts'

/** Bytes of one value, by the names that SafeTensors uses. */
export const dtypeBytes: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
}

const floats = new Set(['F32', 'F16', 'BF16'])

/** Whether values of this type are converted. */
export function isFloat(dtype: string): boolean {
  return floats.has(dtype)
}

/**
 * Reads values of a floating-point type as numbers. Every supported machine is little-endian, as these files are.
 *
 * @throws Refusal for other types, and where the file ends before
 */
export function readFloats(file: OpenFile, position: number, count: number, dtype: string): Float32Array {
  switch (dtype) {
    case 'F32': {
      const values = new Float32Array(count)
      file.readInto(new Uint8Array(values.buffer), position)
      return values
    }
    case 'F16': {
      const values = new Float16Array(count)
      file.readInto(new Uint8Array(values.buffer), position)
      return new Float32Array(values)
    }
    case 'BF16': {
      const values = new Uint16Array(count)
      file.readInto(new Uint8Array(values.buffer), position)
      const bits = new Uint32Array(count)
      for (let i = 0; i < count; i++) bits[i] = values[i]! << 16
      return new Float32Array(bits.buffer)
    }
    default:
      throw new Refusal(`Values of the type ${dtype} are not converted; F32, F16 and BF16 are.`)
  }
}
