import { readFileSync } from 'node:fs'

export interface SafeTensor {
  /** The slowest dimension first, as PyTorch says it. */
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Reads a small safetensors file of F32 tensors whole. */
export function readSafetensors(path: string): Map<string, SafeTensor> {
  const file = readFileSync(path)
  const headerBytes = Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  const start = 8 + headerBytes
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from, to],
          },
        ]) => {
          if (dtype !== 'F32') throw new Error(`${name} is ${dtype}; only F32 is read here`)
          return [
            name,
            {
              shape,
              values: new Float32Array(Uint8Array.from(file.subarray(start + from, start + to)).buffer),
            },
          ]
        },
      ),
  )
}
