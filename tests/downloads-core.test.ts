import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Download } from '../core/contract/downloads.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { type Core, Sandbox, until } from './support/program.ts'

/** The whole program, from the command line to the file on disk, with the real engine. */

const MB = 1024 * 1024
// Each command is a process of its own; a busy machine needs seconds to start one.
vi.setConfig({ testTimeout: 90_000 })
const entry = join(import.meta.dirname, '..', 'core', 'main.ts')
let box: Sandbox
let hub: FakeHub
let core: Core
/** Slow, so that there is time to pause it while every command takes seconds to start. */
const large = new FakeFile('large.gguf', modelBytes(12 * MB), { bytesPerSecond: MB / 2 })

beforeAll(async () => {
  box = new Sandbox()
  hub = await FakeHub.start()
  const model = join(box.folder, 'tiny-Q8_0.gguf')
  await writeTinyLlama(model)
  hub.add('owner/tiny-GGUF', [new FakeFile('tiny-Q8_0.gguf', readFileSync(model))], {
    gguf: { total: 1.2e9, architecture: 'llama', context_length: 8192 },
    gated: 'auto',
  })
  hub.add('owner/large-GGUF', [large])
  hub.accounts.set('hf_friendly_token', new Set(['owner/tiny-GGUF']))
  mkdirSync(box.home, { mode: 0o700 })
  writeFileSync(box.paths.settings, JSON.stringify({ downloads: { reserveBytes: 0 } }))
  core = await box.serve([], { engine: 'llama.cpp', env: { HF_ENDPOINT: hub.origin } })
})
afterAll(async () => {
  await box[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

describe('from the command line', () => {
  it('search finds models and shows the files of one', async () => {
    const found = await box.run(['search', 'tiny', '--sort', 'downloads'])
    expect(found.stdout).toMatch(
      /^MODEL +WEIGHTS +KIND +DOWNLOADS +LIKES\nowner\/tiny-GGUF \(gated\) +1\.2B +llama +10 +1\n/,
    )
    expect((await box.run(['search', 'nothing-at-all'])).stdout).toContain('Nothing was found')
    const files = await box.run(['search', 'owner/tiny-GGUF'])
    expect(files.stdout).toMatch(/Q8_0 +[\d.]+ [kM]B +yes +[\d.]+ +hf:owner\/tiny-GGUF\/tiny-Q8_0\.gguf \*$/m)
    expect(JSON.parse((await box.run(['search', '--json', '--max', '2', 'tiny'])).stdout)).toMatchObject([
      { id: 'owner/tiny-GGUF' },
    ])
    expect(await box.run(['search', 'x', '--sort', 'size'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('sort'),
    })
  })

  it('a gated model needs a login, which is not shown anywhere; then it is fetched, listed and answers', async () => {
    const refused = await box.run(['pull', 'hf:owner/tiny-GGUF:Q8_0'])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('licence') })
    const login = await box.run(['hub', 'login'], { input: 'hf_friendly_token\n' })
    expect(login).toMatchObject({ code: 0, stdout: expect.stringContaining('a token is kept') })
    const pulled = await box.run(['pull', 'hf:owner/tiny-GGUF:Q8_0'])
    expect(pulled).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tiny-Q8_0\.gguf: .* checked\./) })
    expect((await box.run(['models'])).stdout).toMatch(/^tiny-q8_0 /m)
    const answered = await box.run(['run', 'tiny-q8_0', 'Hello', '--max-tokens', '4'])
    expect(answered).toMatchObject({ code: 0, stderr: '' })
    expect((await box.run(['pull', 'hf:owner/tiny-GGUF', '--json'])).stdout).toContain('"state": "done"')
    expect((await box.run(['hub', 'logout'])).stdout).toContain('no token')
    expect(core.log + core.stderr + readFileSync(box.paths.auditLog, 'utf8')).not.toContain('hf_friendly')
  })

  it('pull shows how far it is, is paused by Ctrl-C and goes on', async () => {
    const child = spawn(process.execPath, [entry, 'pull', 'hf:owner/large-GGUF'], {
      env: box.environment(),
      stdio: 'pipe',
    })
    let shown = ''
    child.stderr.setEncoding('utf8').on('data', piece => {
      shown += piece
    })
    const ended = new Promise(resolve => child.once('close', resolve))
    await until(() => / [1-9]0? %/.test(shown))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(shown).toContain('large.gguf')
    expect(shown).toMatch(/MB of 12\.6 MB/)
    expect(shown).toMatch(/Paused\./)
    const [paused] = JSON.parse((await box.run(['downloads', '--json'])).stdout) as Download[]
    expect(paused).toMatchObject({ name: 'large.gguf', state: 'paused' })
    expect(paused?.done).toBeGreaterThan(0)
    expect((await box.run(['downloads'])).stdout).toMatch(/large\.gguf +paused/)
    const detached = await box.run(['pull', '--detach', 'hf:owner/large-GGUF'])
    expect(detached.stdout).toContain(paused?.id)
    expect((await box.run(['downloads', 'pause', paused?.id as string])).stdout).toContain('paused')
    large.faults = {}
    expect((await box.run(['downloads', 'resume', paused?.id as string])).code).toBe(0)
    expect((await box.run(['pull', 'hf:owner/large-GGUF'])).code).toBe(0)
    expect((await box.run(['downloads', 'remove', paused?.id as string])).stdout).toContain('off the list')
    expect((await box.run(['downloads', 'remove', 'dl_nothing'])).code).toBe(1)
  })

  it('what cannot be fetched is said in a sentence', async () => {
    for (const [reference, words] of [
      ['owner/tiny-GGUF', 'Write hf:owner/tiny-GGUF'],
      ['hf:owner/missing', 'The hub has no model owner/missing'],
      ['https://127.0.0.1/m.gguf', 'not on the public internet'],
    ] as const)
      expect(await box.run(['pull', reference])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(words),
      })
  })
})

it('a core that is killed goes on with its download when it is started again', async () => {
  const file = new FakeFile('again.gguf', modelBytes(12 * MB, 5), { bytesPerSecond: 6 * MB })
  hub.add('owner/again', [file])
  await box.run(['pull', '--detach', 'hf:owner/again'])
  const before = hub.bytesSent
  await until(() => hub.bytesSent > before + 4 * MB)
  await core.kill()
  expect((await box.run(['pull', 'hf:owner/again'])).code).toBe(69)
  core = await box.serve([], { engine: 'llama.cpp', env: { HF_ENDPOINT: hub.origin } })
  expect((await box.run(['pull', 'hf:owner/again'])).code).toBe(0)
  expect(readFileSync(join(box.paths.models, 'again.gguf')).equals(file.content)).toBe(true)
  expect(hub.bytesSent - before).toBeLessThan(12 * MB + 8 * MB)
})
