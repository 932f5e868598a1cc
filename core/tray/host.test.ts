import { beforeEach, expect, test } from 'vitest'
import type { HostFacts } from '../contract/tray.ts'
import { Bus } from '../platform/bus.ts'
import { Host } from './host.ts'

const facts: HostFacts = {
  chip: 'Apple M3 Pro',
  gpu: { name: 'Apple M3 Pro', utilisation: 0.5, usedBytes: 4e9, limitBytes: 12e9 },
  thermal: 'nominal',
  power: { source: 'battery', charge: 0.8 },
  lowPowerMode: false,
  memoryPressure: 'normal',
  asleep: false,
}

let now = 0
let told: unknown[] = []
let idleModels = 0

function start(): Host {
  const bus = new Bus(error => {
    throw error
  })
  bus.listen((topic, data) => void told.push([topic, data]))
  return new Host({ bus, clock: { monotonic: () => now }, relieve: () => idleModels > 0 && idleModels-- > 0 })
}

beforeEach(() => {
  now = 0
  told = []
  idleModels = 3
})

test('nothing is known until something is told, and only what differs is told on', () => {
  const host = start()
  expect(host.current()).toBeNull()
  expect(host.receive(facts)).toBe(true)
  expect(host.receive({ ...facts, gpu: { ...facts.gpu! } })).toBe(false)
  expect(host.receive({ ...facts, thermal: 'serious' })).toBe(true)
  expect(told).toEqual([
    ['host.changed', facts],
    ['host.changed', { ...facts, thermal: 'serious' }],
  ])
})

test("the GPU's load is forgotten after 15 s; what does not change by itself stays", () => {
  const host = start()
  host.receive(facts)
  now = 15_000
  expect(host.current()).toEqual(facts)
  now = 15_001
  expect(host.current()).toEqual({ ...facts, gpu: { ...facts.gpu, utilisation: null, usedBytes: null } })
  host.receive(facts)
  expect(host.current()).toEqual(facts)
})

test.each([
  [null, 3],
  ['normal', 3],
  ['warning', 2],
  ['critical', 0],
] as const)('memory pressure %s leaves %i of three idle models', (memoryPressure, left) => {
  start().receive({ ...facts, memoryPressure })
  expect(idleModels).toBe(left)
})

test('a warning that lasts costs one model every ten seconds', () => {
  const host = start()
  const warning = () => host.receive({ ...facts, memoryPressure: 'warning' })
  warning()
  warning()
  now = 9_999
  warning()
  expect(idleModels).toBe(2)
  now = 10_000
  warning()
  expect(idleModels).toBe(1)
})
