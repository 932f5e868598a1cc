import { describe, expect, test } from 'vitest'
import { samplerConfig } from './sampling.ts'

const none = new Uint32Array(0)

describe('sampler settings', () => {
  test('are llama.cpp’s where a request says nothing', () => {
    expect(samplerConfig({}, none, 7)).toEqual({
      temperature: 0.8,
      topK: 40,
      topP: 0.95,
      minP: 0.05,
      seed: 7,
    })
  })

  test('take what a request says', () => {
    expect(samplerConfig({ temperature: 0, topK: 0, topP: 1, minP: 0, seed: 3 }, none, 7)).toEqual({
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      seed: 3,
    })
  })

  test('never give the addon a top-p of 0, which it takes for none', () => {
    expect(samplerConfig({ topP: 0 }, none, 1).topP).toBeGreaterThan(0)
  })

  test.each([
    { seed: -1, used: 0xfffffffe },
    { seed: 0xffffffff, used: 0xfffffffe },
    { seed: 2 ** 32 + 5, used: 5 },
    { seed: 1.9, used: 1 },
  ])('seed $seed is $used: never the one that means random', ({ seed, used }) => {
    expect(samplerConfig({ seed }, none, 0).seed).toBe(used)
  })

  test('penalties see the last 64 tokens of the prompt', () => {
    const recent = Uint32Array.from({ length: 100 }, (_, index) => index)
    const config = samplerConfig({ presencePenalty: 0.5 }, recent, 0)
    expect(config).toMatchObject({
      repeatPenalty: 1,
      repeatPenaltyPresencePenalty: 0.5,
      repeatPenaltyFrequencyPenalty: 0,
    })
    expect(config.repeatPenaltyTokens).toEqual(recent.slice(36))
    expect(
      samplerConfig({ presencePenalty: 0, repeatPenalty: 1 }, recent, 0).repeatPenaltyTokens,
    ).toBeUndefined()
  })

  test('biases go in pairs', () => {
    const config = samplerConfig(
      {
        logitBias: [
          { token: 5, bias: -100 },
          { token: 6, bias: 1.5 },
        ],
      },
      none,
      0,
    )
    expect(config.tokenBiasKeys).toEqual(Uint32Array.of(5, 6))
    expect(config.tokenBiasValues).toEqual(Float32Array.of(-100, 1.5))
  })
})
