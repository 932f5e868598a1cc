import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HomeLayoutBlock, homeBlocks } from '../contract/home-layout.ts'
import { Bus } from '../platform/bus.ts'
import { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { completeLayout, HomeLayoutStore } from './home-layout.ts'

let folder: string
let database: Database
const told: string[] = []

function store(): HomeLayoutStore {
  const bus = new Bus(error => {
    throw error
  })
  bus.listen(topic => told.push(topic))
  const layout = new HomeLayoutStore(database, bus)
  layout.start()
  return layout
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'impetus-layout-'))
  database = new Database({
    path: path.join(folder, 'a.db'),
    backups: path.join(folder, 'b'),
    log: {} as Log,
  })
  database.start()
  told.length = 0
})

afterEach(() => {
  database.stop()
  rmSync(folder, { recursive: true })
})

it('has every block, whatever was given, each once', () => {
  expect(completeLayout([]).map(({ name }) => name)).toEqual([...homeBlocks])
  const cpu: HomeLayoutBlock = { name: 'cpu', size: 'M', shown: false }
  const given = completeLayout([cpu, { ...cpu, size: 'L' }])
  expect(given[0]).toEqual(cpu)
  expect(given).toHaveLength(homeBlocks.length)
})

it('is kept, told, and can be as it was at first', () => {
  const layout = store()
  expect(layout.get().isStandard).toBe(true)
  const set = layout.set([{ name: 'disk', size: 'L', shown: true }])
  expect(set.isStandard).toBe(false)
  expect(set.blocks.slice(0, 2)).toMatchObject([{ name: 'disk', size: 'L' }, { name: 'endpoint' }])
  expect(set.blocks).toHaveLength(homeBlocks.length)
  expect(store().get()).toEqual(set)
  expect(layout.reset().isStandard).toBe(true)
  expect(told).toEqual(['home.changed', 'home.changed'])
})

it('of a newer Impetus is as it was at first', () => {
  const layout = store()
  database.run('INSERT INTO home_layout VALUES (1, ?)', '[{"name":"hologram","size":"S","shown":true}]')
  expect(layout.get()).toMatchObject({ isStandard: true, blocks: { length: homeBlocks.length } })
})
