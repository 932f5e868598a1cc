import { describe, expect, it } from 'vitest'
import { defaultBudget, type MachineMemory } from './budget.ts'

const gibibyte = 1024 ** 3

describe('defaultBudget', () => {
  it.each<[string, MachineMemory, number]>([
    ['Linux: memory less a floor', { total: 16, platform: 'linux', workingSet: null }, 14],
    ['half of a small machine', { total: 3, platform: 'linux', workingSet: null }, 1.5],
    ['a Mac before a runner has told', { total: 16, platform: 'darwin', workingSet: null }, 12],
    ['a Mac’s recommended working set', { total: 16, platform: 'darwin', workingSet: 10.5 }, 10.5],
    ['never more than there is', { total: 8, platform: 'darwin', workingSet: 10 }, 8],
    ['a graphics system that tells nothing', { total: 16, platform: 'linux', workingSet: 0 }, 14],
  ])('%s', (_name, { total, platform, workingSet }, expected) => {
    const machine = {
      total: total * gibibyte,
      platform,
      workingSet: workingSet === null ? null : workingSet * gibibyte,
    }
    expect(defaultBudget(machine)).toBe(expected * gibibyte)
  })
})
