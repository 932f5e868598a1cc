import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clock } from '../../platform/clock.ts'
import { Database } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import { migrations } from '../store/migrations.ts'
import { Trash } from './trash.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
let folder: string
let database: Database
let now: number
const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} }

beforeEach(() => {
  now = 1_000_000
  folder = mkdtempSync(join(tmpdir(), 'impetus-trash-'))
  mkdirSync(join(folder, 'models'))
  database = new Database({ path: join(folder, 'impetus.db'), backups: join(folder, 'backups'), log })
  database.start()
  database.migrate('library', migrations)
})
afterEach(() => {
  database.stop()
  rmSync(folder, { recursive: true })
})

const trash = () => new Trash({ folder: join(folder, '.trash'), database, clock, log, hours: () => 24 })

function file(name: string): string {
  const path = join(folder, 'models', name)
  writeFileSync(path, name)
  return path
}

it('keeps deleted files for their time, over a restart too', async () => {
  const path = file('a.gguf')
  const id = await trash().add('a', 6, [path])
  now += 23 * 3_600_000
  await trash().start()
  expect(trash().list()).toEqual([
    { id, model: 'a', bytes: 6, deletedAt: 1_000_000, until: 1_000_000 + 24 * 3_600_000 },
  ])
  now += 3_600_000
  await trash().start()
  expect(trash().list()).toEqual([])
  expect(readdirSync(join(folder, '.trash'))).toEqual([])
})

it('takes all files of a model or none', async () => {
  const path = file('a-00001-of-00002.gguf')
  await expect(trash().add('a', 6, [path, join(folder, 'models', 'gone')])).rejects.toMatchObject({
    code: 'conflict',
  })
  expect(readFileSync(path, 'utf8')).toBe('a-00001-of-00002.gguf')
  expect(trash().list()).toEqual([])
})

it('brings back what a process that was killed half-way had moved', async () => {
  const paths = [file('a-00001-of-00002.gguf'), file('a-00002-of-00002.gguf')]
  const id = await trash().add('a', 6, paths)
  // As if the second file had never been moved.
  writeFileSync(paths[1] as string, readFileSync(join(folder, '.trash', id, '1')))
  rmSync(join(folder, '.trash', id, '1'))
  expect(await trash().restore(id)).toBe('a')
  expect(paths.every(existsSync)).toBe(true)
})
