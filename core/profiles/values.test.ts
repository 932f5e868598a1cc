import { describe, expect, it } from 'vitest'
import type { ModelValues } from '../contract/profiles.ts'
import { changesBetween, given, merged } from './values.ts'

describe('merged', () => {
  it.each<[string, ModelValues[], ModelValues]>([
    ['nothing', [], {}],
    ['the later layer wins', [{ threads: 1, slots: 2 }, { slots: 4 }], { threads: 1, slots: 4 }],
    ['what is open hides nothing', [{ threads: 1 }, { threads: undefined }], { threads: 1 }],
    ['null is a value', [{ idleMinutes: 30 }, { idleMinutes: null }], { idleMinutes: null }],
    [
      'sampling goes key by key',
      [{ sampling: { temperature: 1, topK: 5 } }, { sampling: { temperature: 0, topK: undefined } }],
      { sampling: { temperature: 0, topK: 5 } },
    ],
  ])('%s', (_name, layers, expected) => {
    expect(merged(layers)).toEqual(expected)
  })
})

describe('changesBetween', () => {
  it.each<[string, ModelValues, ModelValues, unknown[]]>([
    ['nothing', { threads: 1, sampling: { topK: 1 } }, { threads: 1, sampling: { topK: 1 } }, []],
    ['a new value', {}, { slots: 1 }, [{ key: 'slots', from: null, to: 1 }]],
    ['one left open', { slots: 1 }, {}, [{ key: 'slots', from: 1, to: null }]],
    [
      'several, by the alphabet, sampling too',
      { threads: 2, contextLength: 10, sampling: { topK: 1 } },
      { threads: 4, contextLength: 10, sampling: { topK: 2, minP: 0 } },
      [
        { key: 'sampling.minP', from: null, to: 0 },
        { key: 'sampling.topK', from: 1, to: 2 },
        { key: 'threads', from: 2, to: 4 },
      ],
    ],
  ])('%s', (_name, before, after, expected) => {
    expect(changesBetween(before, after)).toEqual(expected)
  })
})

it('given leaves out what is open', () => {
  expect(given({ a: 1, b: undefined, c: null })).toEqual({ a: 1, c: null })
})
