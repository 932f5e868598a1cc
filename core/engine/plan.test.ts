import { describe, expect, test } from 'vitest'
import type { GgufFacts } from './inspector/facts.ts'
import { planLoad, stateBytesPerToken } from './plan.ts'

const gigabyte = 1024 ** 3

/** Llama 3.1 8B, Q4_K_M. */
const eightBillion: GgufFacts = {
  architecture: 'llama',
  name: null,
  parameters: 8_030_261_312,
  quantisation: 'Q4_K',
  contextLength: 131_072,
  embeddingLength: 4096,
  blockCount: 32,
  heads: Array<number>(32).fill(32),
  kvHeads: Array<number>(32).fill(8),
  keyLength: 128,
  valueLength: 128,
  slidingWindow: null,
  vocabularySize: 128_256,
  chatTemplate: null,
  hasInfillTokens: false,
  bos: 128_000,
  eos: 128_001,
  tensorBytes: 4_912_898_304,
  fileBytes: 4_920_739_232,
  split: null,
  pooling: null,
  kind: 'text',
}
const tiny: GgufFacts = {
  ...eightBillion,
  contextLength: 2048,
  kvHeads: [2, 2],
  keyLength: 32,
  valueLength: 32,
  vocabularySize: 1024,
  embeddingLength: 64,
  tensorBytes: 1e6,
}
const recurrent: GgufFacts = {
  ...eightBillion,
  architecture: 'mamba',
  heads: Array<number>(32).fill(0),
  kvHeads: Array<number>(32).fill(0),
}

test('state is 128 KB a token for an 8-billion model with eight key-value heads', () => {
  expect(stateBytesPerToken(eightBillion)).toBe(131_072)
})

describe('without wishes', () => {
  test.each([
    { name: '8B in 64 GB', facts: eightBillion, available: 64 * gigabyte, contextLength: 32_768, slots: 4 },
    { name: '8B in 24 GB', facts: eightBillion, available: 24 * gigabyte, contextLength: 32_768, slots: 2 },
    { name: '8B in 12 GB', facts: eightBillion, available: 12 * gigabyte, contextLength: 32_768, slots: 1 },
    { name: '8B in 8 GB', facts: eightBillion, available: 8 * gigabyte, contextLength: 16_384, slots: 1 },
    { name: '8B in 5.5 GB', facts: eightBillion, available: 5.5 * gigabyte, contextLength: 2_048, slots: 1 },
    { name: 'tiny in 1 GB', facts: tiny, available: gigabyte, contextLength: 2_048, slots: 4 },
    { name: 'recurrent', facts: recurrent, available: 8 * gigabyte, contextLength: 32_768, slots: 4 },
  ])('$name gets $contextLength tokens in $slots slots', ({ facts, available, contextLength, slots }) => {
    const plan = planLoad(facts, {}, available)
    expect(plan).toMatchObject({ contextLength, slots })
    expect(plan.need).toBeLessThanOrEqual(available)
  })
})

describe('with wishes', () => {
  test('a context is kept exactly, up to the trained length', () => {
    expect(planLoad(eightBillion, { contextLength: 5000 }, 12 * gigabyte).contextLength).toBe(5000)
    expect(planLoad(tiny, { contextLength: 5000 }, gigabyte).contextLength).toBe(2048)
  })

  test('slots are kept exactly', () => {
    expect(planLoad(eightBillion, { slots: 8, contextLength: 8192 }, 64 * gigabyte).slots).toBe(8)
  })
})

describe('with more than the model itself', () => {
  const wishes = { contextLength: 2048, slots: 2 }
  const alone = planLoad(eightBillion, wishes, 64 * gigabyte)

  test('adapters and a draft model count, the draft’s state once', () => {
    const companions = { adapterBytes: 100e6, draft: { ...eightBillion, tensorBytes: 400e6 } }
    const both = planLoad(eightBillion, wishes, 64 * gigabyte, companions)
    expect(both.need - alone.need).toBe(500e6 + 2048 * stateBytesPerToken(eightBillion) + alone.compute)
    // It sees the last tokens only, however long the context.
    const longer = planLoad(eightBillion, { ...wishes, contextLength: 32_768 }, 64 * gigabyte, companions)
    const without = planLoad(eightBillion, { ...wishes, contextLength: 32_768 }, 64 * gigabyte)
    expect(longer.need - without.need).toBe(both.need - alone.need)
  })

  test.each([
    { ropeScaling: 'yarn', ropeFactor: 4, contextLength: 8192 },
    { ropeScaling: 'linear', ropeFactor: 1.5, contextLength: 3072 },
    { ropeScaling: 'none', ropeFactor: 4, contextLength: 2048 },
    { ropeFactor: 4, contextLength: 2048 },
  ] as const)(
    'positions stretched by $ropeScaling hold $contextLength tokens',
    ({ contextLength, ...rope }) => {
      expect(planLoad(tiny, rope, gigabyte).contextLength).toBe(contextLength)
    },
  )
})

describe('what does not fit is refused with the figures', () => {
  test.each([
    {
      name: 'the weights alone',
      wishes: {},
      available: 4 * gigabyte,
      says: /needs 5\.\d GB \(weights 4\.6 GB, .* 4\.0 GB are free/,
    },
    {
      name: 'the context asked for',
      wishes: { contextLength: 131_072 },
      available: 16 * gigabyte,
      says: /131072 tokens 16\.0 GB/,
    },
    {
      name: 'the slots asked for',
      wishes: { slots: 8, contextLength: 32_768 },
      available: 24 * gigabyte,
      says: /262144 tokens 32\.0 GB/,
    },
  ])('$name', ({ wishes, available, says }) => {
    expect(() => planLoad(eightBillion, wishes, available)).toThrow(says)
    expect(() => planLoad(eightBillion, wishes, available)).toThrow(
      expect.objectContaining({ code: 'insufficient_memory' }),
    )
  })
})
