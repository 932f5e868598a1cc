import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { scanJson } from './json-scan.ts'

const limits = { depth: 5, stringBytes: 10, elements: 4, members: 4, containers: 20, values: 30 }
const generous = { depth: 64, stringBytes: 1e6, elements: 1e6, members: 1e6, containers: 1e6, values: 1e6 }

async function refusal(text: string, change: Partial<typeof limits> = {}) {
  try {
    await scanJson(Buffer.from(text), { ...limits, ...change })
    return null
  } catch (error) {
    if (!(error instanceof ImpetusError)) throw error
    return `${error.code} ${error.param ?? '-'}`
  }
}

test.each([
  ['{}', null],
  ['[[[[[1]]]]]', null],
  ['[[[[[[1]]]]]]', 'json_too_deep -'],
  ['{"a":"1234567890"}', null],
  ['{"a":"12345678901"}', 'invalid_value a'],
  ['{"a":{"b":"12345678901"}}', 'invalid_value a.b'],
  ['{"a":[{"b":"12345678901"}]}', 'invalid_value a'],
  ['{"12345678901":1}', 'invalid_value -'],
  ['{"a":"12345678901', 'invalid_value a'],
  ['{"a":"\\"\\"\\"\\"\\""}', null],
  ['{"a":"\\"\\"\\"\\"\\"\\""}', 'invalid_value a'],
  ['[1,2,3,4]', null],
  ['[1,2,3,4,5]', 'invalid_value -'],
  ['{"a":[1,2,3,4,5]}', 'invalid_value a'],
  ['{"a":{"b":1,"c":2,"d":3,"e":4,"f":5}}', 'invalid_value a'],
  ['{"a":1,"b":[[1,2],[1,2,3,4,5]]}', 'invalid_value b'],
  ['{"a":"[[[[[[[","b":"{,,,,,,,"}', null],
  ['not json ]]]}}} at all', null],
])('%s: %s', async (text, expected) => {
  expect(await refusal(text)).toBe(expected)
})

test('lists and objects have limits of their own', async () => {
  expect(await refusal('{"a":[1,2,3,4,5]}', { elements: 5, members: 1 })).toBeNull()
  expect(await refusal('{"a":{"b":1,"c":2}}', { elements: 5, members: 1 })).toBe('invalid_value a')
})

test('lists, objects and values are counted over the whole body', async () => {
  expect(await refusal('{"a":[[],[],[],[]]}', { containers: 5 })).toBe('invalid_value a')
  expect(await refusal('{"a":[1,2,3],"b":[1,2,3]}', { values: 5 })).toBe('invalid_value b')
})

test('whatever is valid JSON within the limits passes, and depth is counted as JSON.parse would', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async text => {
      await scanJson(Buffer.from(text), generous)
      const depth = depthOf(JSON.parse(text))
      const scan = scanJson(Buffer.from(text), { ...generous, depth: depth - 1 })
      if (depth > 0) await expect(scan).rejects.toThrow('nested')
      else await scan
    }),
    { numRuns: 300 },
  )
})

test('a string that lies across two slices is one string', async () => {
  const slice = 1024 * 1024
  for (const text of ['\\"', '\\\\', 'ab']) {
    for (const before of [slice - 8, slice - 7, slice - 6, slice - 5]) {
      const body = `{"a":"${'x'.repeat(before)}${text.repeat(10)}","b":[[[]]]}`
      expect(JSON.parse(body)).toBeTruthy()
      await scanJson(Buffer.from(body), { ...generous, stringBytes: 2 * slice, depth: 4 })
      await expect(
        scanJson(Buffer.from(body), { ...generous, stringBytes: 2 * slice, depth: 3 }),
      ).rejects.toThrow('nested')
    }
  }
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
