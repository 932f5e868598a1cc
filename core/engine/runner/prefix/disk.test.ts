import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DiskStates } from './disk.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-disk-'))
})
afterEach(() => rm(folder, { recursive: true }))

const states = async (identity = 'model', maxBytes = 1000) => {
  const made = new DiskStates({ folder: join(folder, 'prefix'), maxBytes, maxAgeDays: 30 }, identity)
  await made.start()
  return made
}
const save = async (store: DiskStates, tokens: number[], content: string) =>
  (await store.save(tokens, path => writeFile(path, content)))()

describe('states on disk', () => {
  test('are there again after a restart, in private files', async () => {
    await save(await states(), [1, 2, 3], 'a state')
    const again = await states()
    expect(again.known.map(({ tokens }) => [...tokens])).toEqual([[1, 2, 3]])
    expect(again.has([1, 2, 3])).toBe(true)
    expect(again.has([1, 2])).toBe(false)
    const path = await again.open(again.known[0]!)
    expect(path).toBeDefined()
    expect((await stat(path!)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'prefix', 'model'))).mode & 0o777).toBe(0o700)
  })

  test('of another model are not seen', async () => {
    await save(await states(), [1], 'a state')
    expect((await states('another')).known).toEqual([])
  })

  test('that were changed are never used, and gone', async () => {
    const store = await states()
    await save(store, [1], 'a state')
    const [file = ''] = (await readdir(join(folder, 'prefix', 'model'))).filter(each =>
      each.endsWith('.state'),
    )
    await writeFile(join(folder, 'prefix', 'model', file), 'a stat3')
    expect(await store.open(store.known[0]!)).toBeUndefined()
    expect(store.known).toEqual([])
    expect(await readdir(join(folder, 'prefix', 'model'))).toEqual([])
  })

  test('that were cut off by a crash do not count', async () => {
    await save(await states(), [1], 'a state')
    const [file = ''] = (await readdir(join(folder, 'prefix', 'model'))).filter(each =>
      each.endsWith('.state'),
    )
    await writeFile(join(folder, 'prefix', 'model', file), 'a')
    expect((await states()).known).toEqual([])
  })

  test('make room for a longer one of the same conversation, and for newer ones', async () => {
    const store = await states('model', 20)
    await save(store, [1, 2], 'a state')
    await save(store, [1, 2, 3], 'a longer state')
    expect(store.known.map(({ tokens }) => tokens.length)).toEqual([3])
    await new Promise(resolve => setTimeout(resolve, 20))
    await save(store, [9], 'another state')
    expect(store.known.map(({ tokens }) => [...tokens])).toEqual([[9]])
  })

  test('that cannot be written leave nothing behind', async () => {
    const store = await states()
    await expect(store.save([1], () => Promise.reject(new Error('full')))).rejects.toThrow('full')
    expect(await readdir(join(folder, 'prefix', 'model'))).toEqual([])
  })
})
