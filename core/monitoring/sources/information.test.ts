import { describe, expect, it, test } from 'vitest'
import { HandClock, silent } from '../monitoring.testing.ts'
import { graphicsFigures, Information, type Teller } from './information.ts'
import { busyShare, processorTimes } from './processors.ts'

test.each([
  [{ busy: 0, idle: 0 }, { busy: 25, idle: 75 }, 0.25],
  [{ busy: 10, idle: 10 }, { busy: 10, idle: 10 }, null],
  // A processor was taken away meanwhile.
  [{ busy: 100, idle: 10 }, { busy: 50, idle: 500 }, null],
])('from %j to %j a share of %s was busy', (before, now, share) => {
  expect(busyShare(before, now)).toBe(share)
})

test('the processors of this machine have been busy and idle', () => {
  const { busy, idle } = processorTimes()
  expect(Math.min(busy, idle)).toBeGreaterThan(0)
})

describe('graphics cards', () => {
  it('tell the busiest one’s load, and what all take', () => {
    const cards = [
      { utilizationGpu: 20, memoryUsed: 100, powerDraw: 50, temperatureGpu: 40 },
      { utilizationGpu: 90, memoryUsed: 200, powerDraw: 150, temperatureGpu: 70 },
      { name: 'one without a driver that tells' },
    ]
    expect(graphicsFigures(cards)).toEqual({
      gpu: 0.9,
      gpuMemory: 300 * 1024 * 1024,
      watts: 200,
      gpuTemperature: 70,
    })
  })

  it('that say nothing are not known, rather than idle', () => {
    const nothing = { gpu: null, gpuMemory: null, watts: null, gpuTemperature: null }
    expect(graphicsFigures([])).toEqual(nothing)
    expect(graphicsFigures([{ utilizationGpu: Number.NaN }])).toEqual(nothing)
  })
})

function setUp(platform: NodeJS.Platform, tells: Partial<Record<keyof Teller, unknown>> = {}) {
  const clock = new HandClock()
  const asked: string[] = []
  const answer = (name: keyof Teller, otherwise: unknown) => async () => {
    asked.push(name)
    if (tells[name] instanceof Error) throw tells[name]
    return tells[name] ?? otherwise
  }
  const teller = {
    mem: answer('mem', { total: 100, available: 30 }),
    cpuTemperature: answer('cpuTemperature', { main: -1 }),
    graphics: answer('graphics', { controllers: [] }),
    battery: answer('battery', { hasBattery: false, percent: 0 }),
  } as Teller
  const information = new Information({ platform, clock, log: silent, bring: async () => teller })
  return { clock, asked, information }
}

describe('what systeminformation tells', () => {
  it('is asked as often as it changes; what is not there, seldom', async () => {
    const { clock, asked, information } = setUp('linux', { cpuTemperature: { main: 61 } })
    expect(information.hasLooked).toBe(false)
    for (let second = 0; second < 11; second++) {
      await information.look()
      clock.go(1000)
    }
    expect(asked.toSorted()).toEqual([
      'battery',
      'cpuTemperature',
      'cpuTemperature',
      'cpuTemperature',
      'graphics',
    ])
    expect(information.current()).toMatchObject({
      temperature: 61,
      gpu: null,
      charge: null,
      memoryUsed: null,
    })
    expect(information.hasLooked).toBe(true)
  })

  it('goes out of date', async () => {
    const { clock, information } = setUp('linux', { cpuTemperature: { main: 61 } })
    await information.look()
    clock.go(20_001)
    expect(information.current().temperature).toBe(null)
  })

  it('takes the GPU’s temperature where the processor has none', async () => {
    const { information } = setUp('linux', { graphics: { controllers: [{ temperatureGpu: 55 }] } })
    await information.look()
    expect(information.current().temperature).toBe(55)
  })

  it('on a Mac is the memory, and no list of graphics cards', async () => {
    const { asked, information } = setUp('darwin', { battery: { hasBattery: true, percent: 80 } })
    await information.look()
    expect(asked).not.toContain('graphics')
    expect(information.current()).toMatchObject({ memoryUsed: 70, charge: 0.8 })
  })

  it('may fail: then it is not known, and not asked again at once', async () => {
    const { clock, asked, information } = setUp('linux', { cpuTemperature: new Error('no sensors') })
    await information.look()
    clock.go(10_000)
    await information.look()
    expect(asked.filter(name => name === 'cpuTemperature')).toHaveLength(1)
    expect(information.current().temperature).toBe(null)
  })

  it('by the real library is something, of this machine', async () => {
    const information = new Information({ platform: process.platform, clock: new HandClock(), log: silent })
    await information.look()
    expect(information.hasLooked).toBe(true)
    for (const value of Object.values(information.current())) {
      expect(value === null || Number.isFinite(value)).toBe(true)
    }
  })
})
