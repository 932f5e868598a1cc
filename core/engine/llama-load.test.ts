import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyLlama } from '../../scripts/gguf/fixtures.ts'
import type { SpawnRole } from './inspector/client.ts'
import { entriesWith, fileBytes, string } from './inspector/gguf-bytes.testing.ts'
import { ask, EngineForTest } from './llama.testing.ts'

let tests: EngineForTest

beforeAll(async () => {
  tests = await EngineForTest.start()
  await writeTinyLlama(tests.path('tiny'))
})
afterAll(async () => {
  await tests.done()
})

describe('loading', () => {
  test('tells progress up to the end and facts', async () => {
    const heard: number[] = []
    await using loaded = await tests.use('tiny', { onProgress: fraction => heard.push(fraction) })
    expect(heard.length).toBeGreaterThan(0)
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
    expect(heard.at(-1)).toBe(1)
    expect(loaded.model.facts).toMatchObject({
      contextLength: 2048,
      trainedContextLength: 2048,
      vocabularySize: 1024,
      slots: 4,
      architecture: 'llama',
      hasChatTemplate: true,
      supportsTools: true,
      supportsInfill: true,
    })
    expect(loaded.model.facts.memoryBytes).toBeGreaterThan(10e6)
  })

  test('obeys context length and slots', async () => {
    await using loaded = await tests.use('tiny', { contextLength: 512, slots: 2 })
    expect(loaded.model.facts).toMatchObject({ contextLength: 512, slots: 2 })
  })

  test('a file that claims a huge context gets what is usual', async () => {
    await writeTinyLlama(tests.path('boastful'), { contextLength: 2 ** 31 - 1 })
    await using loaded = await tests.use('boastful')
    expect(loaded.model.facts).toMatchObject({ contextLength: 32_768, trainedContextLength: 2 ** 31 - 1 })
  })

  test.each([
    {
      name: 'a broken file',
      code: 'invalid_model',
      write: (path: string) => writeFile(path, 'GGUF and nothing else'),
    },
    {
      name: 'a template that never ends',
      code: 'template_error',
      write: (path: string) => writeTinyLlama(path, { chatTemplate: '{{ range(10000000000) }}' }),
    },
  ])('$name never reaches a runner', async ({ code, write }) => {
    await write(tests.path('hostile'))
    const before = tests.children.length
    await expect(tests.load('hostile')).rejects.toMatchObject({ code, status: 422 })
    expect(tests.children).toHaveLength(before + 1)
  })

  test('what llama.cpp refuses is told in its words, without the place of the file', async () => {
    const entries = entriesWith({ model: string('tokenizer.ggml.model', 'klingon') })
    await writeFile(tests.path('odd'), fileBytes({ entries }))
    await expect(tests.load('odd')).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringMatching(/^llama\.cpp cannot load this model: (?!it does not say).{10,}$/),
    })
    await expect(tests.load('odd')).rejects.toMatchObject({
      message: expect.not.stringContaining(tests.folder),
    })
  })

  test('what does not fit is refused with the figures', async () => {
    await expect(tests.load('tiny', {}, { availableMemory: () => 10e6 })).rejects.toMatchObject({
      code: 'insufficient_memory',
      message: expect.stringMatching(/needs 0\.1 GB .* 0\.0 GB are free/),
    })
  })

  test('without a native engine says so', async () => {
    const spawn: SpawnRole = (role, args, options) =>
      tests.spawn(role, args, { ...options, env: { IMPETUS_NATIVE_DIR: tests.path('nothing') } })
    await expect(tests.load('tiny', {}, { spawn })).rejects.toMatchObject({ code: 'engine_unavailable' })
  })

  test('stops when it is no longer wanted', async () => {
    const abort = new AbortController()
    const before = tests.children.length
    const loading = tests.load('tiny', {
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('not wanted')),
    })
    await expect(loading).rejects.toThrow('not wanted')
    await Promise.all(tests.children.slice(before).map(child => child.ended))
  })
})

test('dispose ends streams, the process and everything after', async () => {
  const loaded = await tests.load('tiny', { slots: 1 })
  const running = ask(loaded, { maxTokens: 2_000 })
  const failed = expect(running).rejects.toMatchObject({
    code: 'engine_crashed',
    message: expect.stringContaining('unloaded'),
  })
  await new Promise(resolve => setTimeout(resolve, 50))
  await loaded.dispose()
  await failed
  expect(await loaded.ended).toEqual({ by: 'dispose' })
  await expect(ask(loaded)).rejects.toMatchObject({ code: 'engine_crashed' })
  await loaded.dispose()
})
