import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Conversion, ForeignModel } from '../core/contract/conversions.ts'
import { type Form, tinyFamilies, writeTinyModel } from '../core/conversion/testing/families.testing.ts'
import { writeLargeModel } from '../core/conversion/testing/large.testing.ts'
import { type Core, isAlive, Sandbox, until } from './support/program.ts'

/** The whole program, from the command line to an answer of the converted model. */

// Each command is a process of its own; a busy machine needs seconds to start one.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })
let box: Sandbox
let core: Core

beforeAll(async () => {
  box = new Sandbox()
  mkdirSync(box.home, { mode: 0o700 })
  writeFileSync(box.paths.settings, JSON.stringify({ downloads: { reserveBytes: 0 } }))
  core = await box.serve([], { engine: 'llama.cpp' })
})
afterAll(() => box[Symbol.asyncDispose]())

function tiny(name: string, form: Form = 'SafeTensors'): string {
  const path = join(box.folder, name)
  mkdirSync(path)
  const family = tinyFamilies['Llama 3']
  if (family === undefined) throw new Error('no family')
  writeTinyModel(path, family, form, { dtype: 'BF16' })
  return path
}

const listed = async () =>
  (await core.request('GET', '/api/conversions')).json<{ conversions: Conversion[] }>().conversions
const start = (body: object) => core.request('POST', '/api/conversions', { body })
const drafts = () => {
  try {
    return readdirSync(join(box.paths.models, '.conversions'))
  } catch {
    return []
  }
}

describe('from the command line', () => {
  it('converts a model, shows how far it is, and the model answers', async () => {
    const source = tiny('Tiny Llama')
    const before = readdirSync(source).map(name => statSync(join(source, name)).mtimeMs)
    const made = await box.run(['convert', source, '--to', 'bf16'])
    expect(made.stderr).toContain('Tiny-Llama-BF16.gguf')
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('impetus run tiny-llama-bf16') })
    expect((await box.run(['models'])).stdout).toMatch(/^tiny-llama-bf16 /m)
    const answer = await core.request('POST', '/v1/completions', {
      body: { model: 'tiny-llama-bf16', prompt: 'hello there', max_tokens: 8, temperature: 0 },
    })
    expect(answer.status).toBe(200)
    expect(answer.json<{ usage: { completion_tokens: number } }>().usage.completion_tokens).toBeGreaterThan(0)
    expect(readdirSync(source).map(name => statSync(join(source, name)).mtimeMs)).toEqual(before)
    expect(drafts()).toEqual([])
    expect(readFileSync(box.paths.auditLog, 'utf8')).toContain('model.converted')
  })

  it('never writes over a file, by whatever name', async () => {
    const source = tiny('again')
    expect(await box.run(['convert', source, '--name', 'Mine'])).toMatchObject({ code: 0 })
    const bytes = readFileSync(join(box.paths.models, 'Mine.gguf'))
    for (const name of ['Mine', 'mine'])
      expect(await box.run(['convert', source, '--to', 'Q8_0', '--name', name])).toMatchObject({
        code: name === 'Mine' ? 1 : 0,
      })
    expect(readFileSync(join(box.paths.models, 'Mine.gguf')).equals(bytes)).toBe(true)
    for (const name of ['../x', '.x', 'a/b', 'x'.repeat(121)])
      expect(await box.run(['convert', source, '--name', name])).toMatchObject({ code: 1 })
  })

  it('says what a model is without converting it, and why one is not converted', async () => {
    const source = tiny('look', 'MLX')
    const looked = await box.run(['convert', source, '--dry-run', '--json'])
    expect(JSON.parse(looked.stdout) as ForeignModel).toMatchObject({
      format: 'mlx',
      name: 'look',
      architecture: 'LlamaForCausalLM',
      dtype: '4-bit in groups of 32',
      contextLength: 512,
      conversion: { possible: true },
    })
    const config = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8')) as object
    writeFileSync(
      join(source, 'config.json'),
      JSON.stringify({ ...config, architectures: ['MambaForCausalLM'] }),
    )
    expect(await box.run(['convert', source])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MambaForCausalLM is not converted'),
    })
    expect((await box.run(['convert', source, '--dry-run'])).stdout).toContain('It is not converted:')
    expect(await box.run(['convert', 'nothing-here'])).toMatchObject({ code: 1 })
    expect(await box.run(['convert', join(box.folder, 'nothing')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no model at that path'),
    })
    expect(await box.run(['convert', source, '--to', 'Q4_K'])).toMatchObject({ code: 64 })
  })
})

it('converts a model that the library has found, by its id', async () => {
  mkdirSync(join(box.folder, 'Models'))
  tiny(join('Models', 'Found one'))
  await core.request('POST', '/api/library/rescan', { body: {} })
  const models = async () =>
    (await core.request('GET', '/api/library')).json<{
      models: { id: string; state: string; format: string }[]
    }>().models
  await until(async () => (await models()).some(({ format }) => format === 'safetensors'))
  const found = (await models()).find(({ state }) => state === 'foreign')
  expect(found).toMatchObject({ id: 'found-one', format: 'safetensors' })
  const detail = await core.request('GET', '/api/library/models/found-one')
  expect(detail.json()).toMatchObject({ conversion: { possible: true, bytes: { F16: expect.any(Number) } } })
  expect(await box.run(['convert', 'found-one', '--name', 'by-id'])).toMatchObject({ code: 0 })
  expect(readdirSync(box.paths.models)).toContain('by-id.gguf')
})

describe('a conversion under way', () => {
  it('tells how far it is, has room asked for it, and leaves nothing when it is cancelled', async () => {
    const source = join(box.folder, 'large')
    writeLargeModel(source, 24)
    const started = (await start({ source })).json<Conversion>()
    expect(started).toMatchObject({ state: expect.stringMatching(/queued|running/), file: 'large-F16.gguf' })
    await until(async () => ((await listed())[0]?.done ?? 0) > 0)
    expect(drafts()).toHaveLength(1)
    // The same file is not made twice, and another waits its turn.
    expect((await start({ source })).status).toBe(409)
    const waiting = (await start({ source, to: 'Q8_0' })).json<Conversion>()
    expect(waiting.state).toBe('queued')
    const stop = async (id: string) =>
      (await core.request('POST', `/api/conversions/${id}/cancel`)).json<Conversion>()
    expect((await stop(waiting.id)).state).toBe('cancelled')
    expect((await stop(started.id)).state).toBe('cancelled')
    await until(() => drafts().length === 0)
    expect(readdirSync(box.paths.models)).not.toContain('large-F16.gguf')
    expect((await core.request('POST', `/api/conversions/${started.id}/cancel`)).status).toBe(409)
    expect((await core.request('POST', '/api/conversions/cv_none/cancel')).status).toBe(404)
  })

  it('is refused where the disk has no room, before anything is written', async () => {
    const source = join(box.folder, 'huge')
    const weights = writeLargeModel(source, 510)
    // Some disks have room for 17 GB: the reserve asks for more than any has.
    await core.request('PATCH', '/api/settings', { body: { downloads: { reserveBytes: 2 ** 50 } } })
    const refused = await start({ source })
    expect(refused.status).toBe(507)
    expect(refused.json<{ error: { message: string } }>().error.message).toContain(
      `This needs ${((2 * weights) / 1e9).toPrecision(3)} GB more`,
    )
    await core.request('PATCH', '/api/settings', { body: { downloads: { reserveBytes: 0 } } })
    expect(drafts()).toEqual([])
  })

  it('ends with the core that is killed, and what it wrote goes at the next start', async () => {
    const other = new Sandbox()
    try {
      mkdirSync(other.home, { mode: 0o700 })
      writeFileSync(other.paths.settings, JSON.stringify({ downloads: { reserveBytes: 0 } }))
      const first = await other.serve([], { engine: 'llama.cpp' })
      const source = join(other.folder, 'large')
      writeLargeModel(source, 24)
      await first.request('POST', '/api/conversions', { body: { source } })
      const folder = join(other.paths.models, '.conversions')
      await until(
        () => readdirSync(other.paths.models).includes('.conversions') && readdirSync(folder).length === 1,
      )
      await until(() => childrenOf(first.pid).length > 0)
      const children = childrenOf(first.pid)
      await first.kill()
      await until(() => children.every(pid => !isAlive(pid)), 5000)
      expect(readdirSync(folder)).toHaveLength(1)
      await other.serve([], { engine: 'llama.cpp' })
      expect(readdirSync(other.paths.models)).not.toContain('.conversions')
    } finally {
      await other[Symbol.asyncDispose]()
    }
  })
})

it('is for administrators only', async () => {
  const key = await box.run(['keys', 'create', 'plain', '--json'])
  const { key: secret } = JSON.parse(key.stdout) as { key: string }
  const headers = { authorization: `Bearer ${secret}` }
  for (const [method, path] of [
    ['GET', '/api/conversions'],
    ['POST', '/api/conversions'],
    ['POST', '/api/conversions/describe'],
    ['POST', '/api/conversions/x/cancel'],
  ] as const) {
    const body = method === 'POST' ? { body: { source: '/etc/passwd' } } : {}
    expect(await core.request(method, path, { ...body, over: 'tcp', headers })).toMatchObject({ status: 403 })
  }
})

/** Linux only, as the tests that look into /proc are. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid)
      } catch {
        return false
      }
    })
    .map(Number)
}
