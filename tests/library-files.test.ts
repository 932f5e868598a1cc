/** Model files brought in and given out: imports, uploads, duplicates, exports. */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Operation, ResponseOf } from '../core/contract/endpoint.ts'
import { deleteModels, listLibrary, verifyModel } from '../core/contract/library.ts'
import {
  cancelUpload,
  dedupe,
  exportModel,
  finishUpload,
  importFile,
  listDuplicates,
  listUploads,
  startUpload,
} from '../core/contract/library-files.ts'
import { writeSplitLlama, writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { callWith, type Given } from './support/call.ts'
import { type StartedCore, startCore, until } from './support/core.ts'

vi.setConfig({ testTimeout: 60_000 })

let core: StartedCore
let outside: string
let models: string

beforeAll(async () => {
  core = await startCore({
    settings: { downloads: { reserveBytes: 0 } },
    async models(folder) {
      models = folder
      outside = join(dirname(folder), 'outside')
      await mkdir(outside)
      await mkdir(join(dirname(folder), 'Models'))
      await writeTinyLlama(join(outside, 'Tiny.gguf'))
      await writeSplitLlama(join(outside, 'parts.gguf'))
    },
  })
})
afterAll(() => core?.[Symbol.asyncDispose]())

function call<O extends Operation>(operation: O, given?: Given<O>): Promise<ResponseOf<O>> {
  return callWith(core.socketFetch, operation, given)
}
const tiny = () => join(outside, 'Tiny.gguf')
const ids = async () => (await call(listLibrary)).models.map(model => model.id)

describe('importing', () => {
  test('copies, and gives another name where one is taken', async () => {
    expect(await call(importFile, { body: { path: tiny() } })).toMatchObject({ model: 'tiny' })
    const again = await call(importFile, { body: { path: tiny() } })
    expect(again.files).not.toEqual(['Tiny.gguf'])
    expect(await readdir(models)).toEqual(expect.arrayContaining(['Tiny.gguf', ...again.files]))
    await call(deleteModels, { body: { models: [again.model], now: true } })
  })

  test('moves all parts of a split model', async () => {
    const path = join(outside, 'parts-00001-of-00002.gguf')
    expect(await call(importFile, { body: { path, mode: 'move', name: 'Whole' } })).toMatchObject({
      model: 'whole',
    })
    expect(await readdir(outside)).toEqual(['Tiny.gguf'])
    expect((await core.post('/v1/completions', { model: 'whole', prompt: 'a', max_tokens: 1 })).status).toBe(
      200,
    )
  })

  test('uses a file where it is, and forgets it without touching it', async () => {
    await copyFile(tiny(), join(outside, 'There.gguf'))
    const path = join(outside, 'There.gguf')
    expect(await call(importFile, { body: { path, mode: 'link' } })).toMatchObject({ model: 'there' })
    await call(deleteModels, { body: { models: ['there'] } })
    expect(await ids()).not.toContain('there')
    expect((await stat(path)).isFile()).toBe(true)
  })

  test('refuses what is no model, no file, or would lie elsewhere, and writes nothing', async () => {
    await writeFile(join(outside, 'bad.gguf'), 'GGUF')
    await symlink('/etc/passwd', join(outside, 'link.gguf'))
    const before = await readdir(models)
    const refused: [string, string | undefined, number][] = [
      [join(outside, 'bad.gguf'), undefined, 422],
      [join(outside, 'link.gguf'), undefined, 422],
      [outside, undefined, 400],
      ['Tiny.gguf', undefined, 400],
      [join(outside, 'gone.gguf'), undefined, 404],
      [tiny(), '../escaped', 422],
      [tiny(), '/etc/escaped', 422],
      [tiny(), '.hidden', 422],
      [join(models, 'Tiny.gguf'), undefined, 409],
    ]
    for (const [path, name, status] of refused)
      await expect(
        call(importFile, { body: { path, ...(name !== undefined && { name }) } }),
        `${path} ${name}`,
      ).rejects.toMatchObject({ status })
    expect((await readdir(models)).filter(name => name !== '.imports')).toEqual(
      before.filter(name => name !== '.imports'),
    )
    expect(await readdir(join(models, '.imports'))).toEqual([])
  })
})

describe('an upload', () => {
  async function send(id: string, offset: number, bytes: Uint8Array, type = 'application/octet-stream') {
    const response = await core.socketFetch(
      `http://impetus/api/library/uploads/${id}/bytes?offset=${offset}`,
      {
        method: 'PUT',
        headers: { 'content-type': type },
        body: Buffer.from(bytes),
      },
    )
    return { status: response.status, body: (await response.json()) as { received?: number } }
  }
  const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

  test('comes in pieces, goes on where it stopped, and is checked before it is listed', async () => {
    const bytes = await readFile(tiny())
    const body = { name: 'Sent.gguf', bytes: bytes.length, sha256: hashOf(bytes) }
    const { id } = await call(startUpload, { body })
    const half = bytes.length >> 1
    expect(await send(id, 0, bytes.subarray(0, half))).toMatchObject({
      status: 200,
      body: { received: half },
    })
    expect(await send(id, 0, bytes)).toMatchObject({ status: 409 })
    expect(await send(id, half, Buffer.alloc(bytes.length))).toMatchObject({ status: 400 })
    expect(await send(id, half, bytes.subarray(half), 'text/plain')).toMatchObject({ status: 415 })
    await expect(call(finishUpload, { params: { id } })).rejects.toMatchObject({ status: 409 })
    expect(await ids()).not.toContain('sent')
    // As after a lost connection: the same request finds it again.
    const again = await call(startUpload, { body })
    expect(again).toMatchObject({ id, received: half })
    await send(id, again.received, bytes.subarray(half))
    expect(await call(finishUpload, { params: { id } })).toMatchObject({ model: 'sent' })
    expect(await ids()).toContain('sent')
    expect((await call(listUploads)).uploads).toEqual([])
    expect(hashOf(await readFile(join(models, 'Sent.gguf')))).toBe(body.sha256)
  })

  test('that arrives damaged, or is no model, is removed', async () => {
    const bytes = await readFile(tiny())
    for (const [name, sha256, content] of [
      ['damaged.gguf', 'b'.repeat(64), bytes],
      ['no-model.gguf', undefined, Buffer.from('GGUF')],
    ] as const) {
      const body = { name, bytes: content.length, ...(sha256 && { sha256 }) }
      const { id } = await call(startUpload, { body })
      await send(id, 0, content)
      await expect(call(finishUpload, { params: { id } })).rejects.toMatchObject({ status: 422 })
    }
    expect((await call(listUploads)).uploads).toEqual([])
    expect(await readdir(join(models, '.uploads'))).toEqual([])
  })

  test('may not be named to lie elsewhere, and can be given up', async () => {
    for (const name of ['../x.gguf', '/tmp/x.gguf', 'x.txt', '.x.gguf', 'con.gguf'])
      await expect(call(startUpload, { body: { name, bytes: 1 } }), name).rejects.toMatchObject({
        status: expect.any(Number),
      })
    const { id } = await call(startUpload, { body: { name: 'given-up.gguf', bytes: 10 } })
    await call(cancelUpload, { params: { id } })
    expect(await send(id, 0, Buffer.from('x'))).toMatchObject({ status: 404 })
  })
})

test('duplicates are found by content, and our own copy shares its bytes with the other', async () => {
  await copyFile(tiny(), join(core.home, 'Models', 'theirs.gguf'))
  await until('both to be listed', async () => (await ids()).includes('theirs'))
  for (const id of ['tiny', 'theirs', 'sent']) await call(verifyModel, { params: { id } })
  await until(
    'both to be hashed',
    async () => (await call(listDuplicates)).duplicates[0]?.copies.length === 3,
  )
  const [duplicate] = (await call(listDuplicates)).duplicates
  const { size } = await stat(tiny())
  expect(duplicate).toMatchObject({ bytes: size, wasted: 2 * size, advice: 'delete' })

  const before = await stat(join(core.home, 'Models', 'theirs.gguf'))
  const { linked, failed } = await call(dedupe)
  expect(failed).toEqual([])
  expect(linked.map(({ model }) => model).sort()).toEqual(['sent', 'tiny'])
  const after = await stat(join(core.home, 'Models', 'theirs.gguf'))
  expect([after.ino, after.size]).toEqual([before.ino, before.size])
  expect(await readFile(join(models, 'Tiny.gguf'))).toEqual(await readFile(tiny()))
  expect((await core.post('/v1/completions', { model: 'tiny', prompt: 'a', max_tokens: 1 })).status).toBe(200)
})

test('a model can be given to Ollama and LM Studio without its bytes', async () => {
  const { text } = await call(exportModel, { params: { id: 'tiny' }, body: { as: 'modelfile' } })
  expect(text).toContain(`FROM ${join(models, 'Tiny.gguf')}\n`)
  const { paths } = await call(exportModel, { params: { id: 'tiny' }, body: { as: 'lmstudio' } })
  expect(paths).toEqual([join(core.home, '.lmstudio/models/impetus/tiny/Tiny.gguf')])
  await expect(call(exportModel, { params: { id: 'tiny' }, body: { as: 'lmstudio' } })).rejects.toMatchObject(
    {
      status: 409,
    },
  )
})
