import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeSplitLlama, writeTinyLlama } from '../../../scripts/gguf/fixtures.ts'
import { spawnForTest } from '../spawn.testing.ts'
import { createFileTools } from './tools.ts'

let folder: string
const tools = createFileTools(spawnForTest)
const { signal } = new AbortController()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-tools-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a file hashes to its SHA-256, and the print of what was read goes with it', async () => {
  const path = join(folder, 'some.gguf')
  const bytes = randomBytes(3 * 1024 * 1024 + 7)
  await writeFile(path, bytes)
  const { ino, size, mtimeMs } = await stat(path)
  expect(await tools.hash(path, signal)).toEqual({
    sha256: createHash('sha256').update(bytes).digest('hex'),
    print: `${ino}:${size}:${mtimeMs}`,
  })
})

test('what is no file is refused at once', async () => {
  const pipe = join(folder, 'pipe.gguf')
  execFileSync('mkfifo', [pipe])
  await expect(tools.hash(pipe, signal)).rejects.toMatchObject({ code: 'conflict' })
  await expect(tools.hash(join(folder, 'gone'), signal)).rejects.toMatchObject({ code: 'not_found' })
})

test('a hash that is not wanted any more ends', async () => {
  const aborted = AbortSignal.abort(new Error('not wanted'))
  await expect(tools.hash(join(folder, 'some.gguf'), aborted)).rejects.toThrow('not wanted')
})

test('the tensors of all parts are listed with type and sizes', async () => {
  const whole = join(folder, 'tiny.gguf')
  await writeTinyLlama(whole)
  const [first = ''] = await writeSplitLlama(join(folder, 'parts.gguf'))
  const tensors = await tools.tensors(whole, signal)
  expect(tensors.find(({ name }) => name === 'token_embd.weight')).toMatchObject({
    type: 'F32',
    sizes: [expect.any(Number), 1024],
  })
  expect((await tools.tensors(first, signal)).map(({ name }) => name).sort()).toEqual(
    tensors.map(({ name }) => name).sort(),
  )
  await writeFile(join(folder, 'no.gguf'), 'GGUF')
  await expect(tools.tensors(join(folder, 'no.gguf'), signal)).rejects.toMatchObject({
    code: 'invalid_model',
  })
})
