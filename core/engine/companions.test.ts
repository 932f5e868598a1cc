import { expect, test } from 'vitest'
import { ropeOverrides } from './companions.ts'

test.each([
  { name: 'nothing', wishes: {}, overrides: [] },
  { name: 'a base', wishes: { ropeBase: 500_000 }, overrides: [['llama.rope.freq_base', 500_000]] },
  {
    name: 'a stretch',
    wishes: { ropeScaling: 'yarn', ropeFactor: 4 } as const,
    overrides: [
      ['llama.rope.scaling.type', 'yarn'],
      ['llama.rope.scaling.factor', 4],
    ],
  },
  {
    name: 'none of the model’s own stretch',
    wishes: { ropeScaling: 'none', ropeFactor: 4 } as const,
    overrides: [['llama.rope.scaling.type', 'none']],
  },
  { name: 'a factor alone, which means nothing', wishes: { ropeFactor: 4 }, overrides: [] },
])('positions: $name', ({ wishes, overrides }) => {
  expect(ropeOverrides('llama', wishes)).toEqual(overrides)
})
