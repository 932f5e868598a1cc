import { expect, it } from 'vitest'
import { type Capacity, fitOf, recommended, speedOf } from './advice.ts'

const gigabytes = (count: number) => count * 1e9
const machine = (memory: number, speed: number): Capacity => ({
  budgetBytes: gigabytes(memory),
  bytesPerSecond: gigabytes(speed),
  measured: false,
})
const file = (quantization: string | null, size: number, projector = false) => ({
  quantization,
  bytes: gigabytes(size),
  projector,
})
const files = [
  file('Q2_K', 3.2),
  file('Q4_K_M', 5),
  file('Q6_K', 6.6),
  file('Q8_0', 8.5),
  file('F16', 16),
  file(null, 1, true),
]

it.each([
  [5, 16, 'fits'],
  [5, 7, 'tight'],
  [5, 5, 'too-large'],
] as const)('%d GB in %d GB of memory: %s', (size, memory, fit) => {
  expect(fitOf(gigabytes(size), machine(memory, 100))).toBe(fit)
})

it('a model is as fast as its weights can be read', () => {
  expect(speedOf(gigabytes(5), machine(16, 70))).toEqual({ tokensPerSecond: 14, measured: false })
})

it.each([
  ['a large and fast machine', 64, 300, 'Q8_0'],
  ['a large machine with slow memory', 64, 30, 'Q4_K_M'],
  ['a machine of 12 GB', 12, 100, 'Q6_K'],
  ['a machine of 8 GB', 8, 70, 'Q4_K_M'],
  ['a machine of 6 GB', 6, 70, 'Q2_K'],
  ['a machine of 4.5 GB', 4.5, 70, 'Q2_K'],
  ['a machine of 2 GB', 2, 70, undefined],
])('%s is recommended what fits it', (_name, memory, speed, quantization) => {
  expect(recommended(files, machine(memory, speed))?.quantization).toBe(quantization)
})
