import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import type { HostFacts } from '../contract/tray.ts'
import { Bus } from '../platform/bus.ts'
import { HandClock, silent } from './monitoring.testing.ts'
import { Readings } from './readings.ts'
import type { Teller } from './sources/information.ts'

const shell: HostFacts = {
  chip: 'Apple M3',
  gpu: { name: null, utilisation: 0.7, usedBytes: 5e9, limitBytes: 12e9 },
  thermal: 'serious',
  power: { source: 'battery', charge: 0.4 },
  lowPowerMode: false,
  memoryPressure: 'normal',
  asleep: false,
}
const teller: Teller = {
  mem: async () => ({ total: 100, available: 40 }),
  cpuTemperature: async () => ({ main: null as unknown as number }),
  graphics: async () => ({ controllers: [] }),
  battery: async () => ({ hasBattery: true, percent: 90 }),
}

function setUp(platform: NodeJS.Platform) {
  const state: { host: HostFacts | null } = { host: null }
  const readings = new Readings({
    bus: new Bus(() => undefined),
    clock: new HandClock(),
    log: silent,
    residency: {
      states: () => [],
      memory: () => ({ budgetBytes: 100, usedBytes: 30, waiting: 2 }),
    },
    running: () => 5,
    host: () => state.host,
    modelsFolder: tmpdir(),
    platform,
    bringInformation: async () => teller,
  })
  return { readings, state }
}

test('on a Mac the shell tells what nobody else is told, and it goes before other sources', async () => {
  const { readings, state } = setUp('darwin')
  expect(readings.asked).toBe(false)
  await readings.lookDeeper()
  expect(readings.read(1)).toMatchObject({ gpu: null, thermal: null, charge: 0.9, memoryUsed: 60 })
  expect(readings.absent()).toEqual(
    expect.arrayContaining([
      { figure: 'gpu', why: 'menuBar' },
      { figure: 'thermal', why: 'menuBar' },
      { figure: 'temperature', why: 'machine' },
    ]),
  )
  state.host = shell
  expect(readings.read(1)).toMatchObject({ gpu: 0.7, gpuMemory: 5e9, thermal: 2, charge: 0.4 })
  const absent = readings.absent().map(({ figure }) => figure)
  expect(absent).not.toContain('gpu')
  expect(absent).not.toContain('charge')
})

test('elsewhere what is not told is not known on this machine', async () => {
  const { readings } = setUp('linux')
  expect(readings.read(1)).toMatchObject({ running: 3, waiting: 2, modelsMemory: 30, thermal: null })
  expect(readings.absent()).toEqual([])
  await readings.lookDeeper()
  readings.read(1)
  expect(readings.asked).toBe(true)
  expect(readings.absent()).toContainEqual({ figure: 'gpu', why: 'machine' })
  expect(readings.absent().map(({ figure }) => figure)).not.toContain('memoryUsed')
})
