/** The library as people use it: the whole core, with models of other programs around it. */
import { copyFile, lstat, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Operation, ResponseOf } from '../core/contract/endpoint.ts'
import {
  addAlias,
  deleteCollection,
  deleteModels,
  emptyTrash,
  getLibraryModel,
  listLibrary,
  listTensors,
  listTrash,
  putCollection,
  removeAlias,
  rescanLibrary,
  restoreModel,
  tagModels,
  updateLibraryModel,
  verifyModel,
} from '../core/contract/library.ts'
import { getMachine } from '../core/contract/machine.ts'
import { listModels } from '../core/contract/models.ts'
import { writeSplitLlama, writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { callWith, type Given } from './support/call.ts'
import { type StartedCore, startCore, until } from './support/core.ts'

vi.setConfig({ testTimeout: 60_000 })

let core: StartedCore
const sha = 'a'.repeat(64)

beforeAll(async () => {
  core = await startCore({
    async models(folder) {
      const home = dirname(folder)
      await writeTinyLlama(join(folder, 'Tiny.gguf'))
      await copyFile(join(folder, 'Tiny.gguf'), join(folder, 'Doomed.gguf'))
      await writeFile(join(folder, 'broken.gguf'), 'GGUF')
      await mkdir(join(home, 'Models'))
      await copyFile(join(folder, 'Tiny.gguf'), join(home, 'Models', 'theirs.gguf'))
      const repo = join(home, '.cache/huggingface/hub/models--ada--words')
      for (const commit of ['c1', 'c2']) {
        await mkdir(join(repo, 'snapshots', commit), { recursive: true })
        await symlink(`../../blobs/${sha}`, join(repo, 'snapshots', commit, 'words.gguf'))
      }
      await mkdir(join(repo, 'blobs'))
      await copyFile(join(folder, 'Tiny.gguf'), join(repo, 'blobs', sha))
      for (const [index, part] of (await writeSplitLlama(join(home, 'parts.gguf'))).entries()) {
        await rename(part, join(repo, 'blobs', `${index}`.repeat(64)))
        await symlink(`../../blobs/${`${index}`.repeat(64)}`, join(repo, 'snapshots', 'c1', basename(part)))
      }
    },
  })
})
afterAll(() => core?.[Symbol.asyncDispose]())

function call<O extends Operation>(operation: O, given?: Given<O>): Promise<ResponseOf<O>> {
  return callWith(core.socketFetch, operation, given)
}

async function model(id: string) {
  const { models } = await call(listLibrary)
  return models.find(one => one.id === id)
}

async function audited(): Promise<string> {
  return readFile(join(core.home, 'logs', 'audit.jsonl'), 'utf8')
}

test('lists what is there with where it is from, and what is wrong with what is not', async () => {
  // One file after the other, each in a process of its own.
  await until(
    'every file to be read',
    async () => (await call(listLibrary)).models.every(({ state }) => state !== 'unread'),
    60_000,
  )
  const { models } = await call(listLibrary)
  expect(models.map(({ id, origin, state, own }) => ({ id, origin, state, own }))).toEqual(
    expect.arrayContaining([
      { id: 'tiny', origin: 'impetus', state: 'ready', own: true },
      { id: 'theirs', origin: 'models', state: 'ready', own: false },
      { id: 'words', origin: 'huggingface', state: 'ready', own: false },
      { id: 'broken', origin: 'impetus', state: 'invalid', own: true },
    ]),
  )
  expect(await model('broken')).toMatchObject({ reason: expect.stringContaining('cut off') })
  expect(await model('words')).toMatchObject({ source: 'ada/words', facts: { architecture: 'llama' } })
  const { tensors } = await call(listTensors, { params: { id: 'tiny' } })
  expect(tensors.length).toBe((await model('tiny'))?.facts?.tensors)
})

test('a split model whose parts are links into Hugging Face’s cache answers', async () => {
  expect(await model('parts')).toMatchObject({ origin: 'huggingface', parts: 2, state: 'ready' })
  expect((await core.post('/v1/completions', { model: 'parts', prompt: 'a', max_tokens: 1 })).status).toBe(
    200,
  )
})

test('keeps notes, tags and collections over a change of the file', async () => {
  await call(updateLibraryModel, {
    params: { id: 'tiny' },
    body: { note: 'Small.', tags: ['test', 'a tag'] },
  })
  await call(tagModels, { body: { models: ['tiny', 'theirs', 'nobody'], add: ['both'], remove: ['test'] } })
  await call(putCollection, { params: { name: 'Trials' }, body: { models: ['theirs', 'tiny'] } })
  await writeTinyLlama(join(core.home, 'models', 'Tiny.gguf'))
  await call(rescanLibrary)
  expect(await model('tiny')).toMatchObject({
    note: 'Small.',
    tags: ['a tag', 'both'],
    collections: ['Trials'],
  })
  expect((await call(listLibrary)).collections).toEqual([
    { name: 'Trials', description: '', models: ['theirs', 'tiny'] },
  ])
  await call(deleteCollection, { params: { name: 'Trials' } })
  expect(await model('tiny')).toMatchObject({ collections: [] })
})

test('a further name finds the model everywhere, and belongs to one model only', async () => {
  await call(addAlias, { body: { model: 'tiny', alias: 'My-Team/Small:v1' } })
  const { data } = await call(listModels)
  expect(data.find(({ id }) => id === 'tiny')?.aliases).toContain('my-team/small:v1')
  await expect(
    call(addAlias, { body: { model: 'theirs', alias: 'my-team/small:v1' } }),
  ).rejects.toMatchObject({
    status: 409,
  })
  await expect(call(addAlias, { body: { model: 'tiny', alias: '../x' } })).rejects.toMatchObject({
    status: 400,
  })
  const answer = await core.post('/v1/completions', { model: 'MY-TEAM/small:v1', prompt: 'a', max_tokens: 1 })
  expect(answer.status).toBe(200)
  await call(removeAlias, { params: { alias: 'my-team/small:v1' } })
  expect((await core.post('/v1/completions', { model: 'my-team/small:v1', prompt: 'a' })).status).toBe(404)
})

test('says what the machine is, and how fast its models were', async () => {
  expect(await call(getMachine)).toMatchObject({
    cores: expect.any(Number),
    memoryBytes: expect.any(Number),
    bandwidth: { bytesPerSecond: expect.any(Number), published: false },
  })
  expect(await model('tiny')).toMatchObject({ tokensPerSecond: null })
  await core.post('/v1/completions', { model: 'tiny', prompt: 'a', max_tokens: 40 })
  await until('the speed to be known', async () => ((await model('tiny'))?.tokensPerSecond ?? 0) > 0)
})

describe('deleting', () => {
  test('can be undone', async () => {
    const path = join(core.home, 'models', 'Doomed.gguf')
    const before = await stat(path)
    const { done } = await call(deleteModels, { body: { models: ['doomed'] } })
    expect(await model('doomed')).toBeUndefined()
    const { trash } = await call(listTrash)
    expect(trash).toMatchObject([{ id: done[0]?.trash, model: 'doomed', bytes: before.size }])
    await call(restoreModel, { params: { id: done[0]?.trash ?? '' } })
    expect(await model('doomed')).toMatchObject({ state: 'ready' })
    expect((await stat(path)).ino).toBe(before.ino)
    expect(await audited()).toContain('model.deleted')
  })

  test('does not put it over what has taken its place', async () => {
    const path = join(core.home, 'models', 'Doomed.gguf')
    const { done } = await call(deleteModels, { body: { models: ['doomed'] } })
    await writeFile(path, 'new')
    const id = done[0]?.trash ?? ''
    await expect(call(restoreModel, { params: { id } })).rejects.toMatchObject({ status: 409 })
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await call(emptyTrash)).toMatchObject({ models: 1 })
    await expect(call(restoreModel, { params: { id } })).rejects.toMatchObject({ status: 404 })
  })

  test('leaves the files of others alone without the word, and takes all that leads to them with it', async () => {
    const { failed } = await call(deleteModels, { body: { models: ['words', 'impetus-mini', '../x'] } })
    expect(failed).toMatchObject([
      { model: 'words', code: 'conflict' },
      { model: 'impetus-mini', code: 'conflict' },
      { model: '../x', code: 'model_not_found' },
    ])
    const repo = join(core.home, '.cache/huggingface/hub/models--ada--words')
    expect(await readdir(join(repo, 'blobs'))).toContain(sha)

    const { done } = await call(deleteModels, { body: { models: ['words'], others: true } })
    expect(await readdir(join(repo, 'blobs'))).not.toContain(sha)
    expect(await readdir(join(repo, 'snapshots', 'c2'))).toEqual([])
    await call(restoreModel, { params: { id: done[0]?.trash ?? '' } })
    expect((await lstat(join(repo, 'snapshots', 'c2', 'words.gguf'))).isSymbolicLink()).toBe(true)
    expect(await model('words')).toMatchObject({ state: 'ready' })

    await call(deleteModels, { body: { models: ['theirs'], others: true, now: true } })
    expect(await readdir(join(core.home, 'Models'))).toEqual([])
  })

  test('a model that is answering is refused, an idle one is unloaded', async () => {
    const slow = core.post('/v1/completions', {
      model: 'tiny',
      prompt: 'a',
      max_tokens: 1500,
      ignore_eos: true,
      stream: true,
    })
    const stream = await slow
    const { failed } = await call(deleteModels, { body: { models: ['tiny'] } })
    expect(failed).toMatchObject([{ code: 'conflict', message: expect.stringContaining('in use') }])
    await stream.body?.cancel()
    await until('the model to be idle', async () => (await model('tiny'))?.memory.requests === 0)
    const { done } = await call(deleteModels, { body: { models: ['tiny'] } })
    await call(restoreModel, { params: { id: done[0]?.trash ?? '' } })
    expect(await model('tiny')).toMatchObject({ memory: { state: 'unloaded' } })
  })
})

describe('verifying', () => {
  async function verified(id: string) {
    await call(verifyModel, { params: { id } })
    await until(`${id} to be verified`, async () => {
      const state = (await model(id))?.verification?.state
      return state !== 'waiting' && state !== 'running'
    })
    return (await model(id))?.verification
  }

  test('computes, and remembers what it was', async () => {
    expect(await verified('tiny')).toMatchObject({ state: 'computed', comparedWith: null })
    const { sha256 } = await call(getLibraryModel, { params: { id: 'tiny' } })
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(await verified('tiny')).toMatchObject({ state: 'matches', comparedWith: 'earlier' })
  })

  test('holds a file of Hugging Face’s cache against its name', async () => {
    expect(await verified('words')).toMatchObject({ state: 'differs', comparedWith: 'huggingface' })
  })
})
