/** Several models over the real engine: one budget, load and unload by command, models that come and go by themselves. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChatCompletion } from '../core/contract/chat.ts'
import type { MemoryAnswer } from '../core/contract/residency.ts'
import type { SettingsInput } from '../core/contract/settings.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore, until } from './support/core.ts'

const mebibyte = 1024 ** 2

function coreWith(models: SettingsInput['models']): Promise<StartedCore> {
  return startCore({
    settings: { models: { default: 'amber', ...models } },
    models: async folder => {
      // Each needs some 170 MB, most of it context and the runner itself.
      await writeTinyLlama(join(folder, 'amber.gguf'), { contextLength: 32_768 })
      await writeTinyLlama(join(folder, 'birch.gguf'), { contextLength: 32_768, seed: 2 })
    },
  })
}

async function memory(core: StartedCore): Promise<MemoryAnswer> {
  return (await (await core.socketFetch('http://impetus/api/memory')).json()) as MemoryAnswer
}

function command(core: StartedCore, path: string, body: object = {}): Promise<Response> {
  return core.socketFetch(`http://impetus${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function ask(core: StartedCore, model: string, tokens: number): Promise<string> {
  const messages = [{ role: 'user', content: 'Hello' }]
  const body = { model, messages, max_tokens: tokens, logit_bias: { '2': -100 } }
  const response = await core.post('/v1/chat/completions', body)
  const answer = (await response.json()) as ChatCompletion
  return `${response.status} ${answer.choices?.[0]?.finish_reason ?? JSON.stringify(answer)}`
}

describe('two models with a budget for one and a half', () => {
  it('answers every request and cuts none', async () => {
    await using core = await coreWith({ memoryBytes: 256 * mebibyte })
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        ask(core, index % 3 === 0 ? 'birch' : 'amber', 5 + (index % 20)),
      ),
    )
    for (const answer of answers) expect(answer).toMatch(/^200 (length|stop)$/)
    const { models, waiting, budgetBytes } = await memory(core)
    expect([waiting, budgetBytes]).toEqual([0, 256 * mebibyte])
    expect(models).toMatchObject([{ state: 'loaded', leases: 0 }])
    expect(core.runners()).toHaveLength(1)
    expect(core.log).not.toContain('crashed')
  }, 120_000)
})

describe('models in memory', () => {
  it('stand side by side where there is room, and go when told', async () => {
    await using core = await coreWith({})
    for (const id of ['amber', 'birch']) {
      const loaded = await command(core, `/api/models/${id}/load`)
      expect([loaded.status, await loaded.json()]).toMatchObject([
        200,
        { id, state: 'loaded', pinned: false },
      ])
    }
    const { models, usedBytes } = await memory(core)
    expect(models.map(({ id }) => id)).toEqual(['amber', 'birch'])
    expect(usedBytes).toBe(models.reduce((sum, { bytes }) => sum + bytes, 0))
    for (const { bytes } of models) expect(bytes).toBeGreaterThan(50 * mebibyte)
    expect((await command(core, '/api/models/amber/unload')).status).toBe(200)
    expect((await memory(core)).models.map(({ id }) => id)).toEqual(['birch'])
    expect(core.runners()).toHaveLength(1)
    expect((await command(core, '/api/models/none/load')).status).toBe(404)
    const strange = await fetch(`${core.url}/api/models/birch/unload`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(strange.status).toBe(401)
  }, 60_000)

  it('come before anybody asks, and go when nobody does', async () => {
    await using core = await coreWith({ preload: ['birch'], idleMinutes: 0.03 })
    await until(
      'the model to be there',
      async () => (await memory(core)).models[0]?.state === 'loaded',
      20_000,
    )
    expect((await memory(core)).models[0]).toMatchObject({ id: 'birch', unloadsAt: expect.any(Number) })
    await until('it to go', async () => (await memory(core)).models.length === 0)
    await command(core, '/api/models/amber/load', { keepSeconds: 600 })
    const [kept] = (await memory(core)).models
    expect(kept?.unloadsAt).toBeGreaterThan(Date.now() + 500_000)
  }, 60_000)

  it('are refused with the figures where they cannot fit', async () => {
    await using core = await startCore({
      settings: { models: { memoryBytes: 256 * mebibyte }, engine: { contextLength: 4_000_000 } },
      models: folder => writeTinyLlama(join(folder, 'vast.gguf'), { contextLength: 4_000_000 }),
    })
    const answer = await ask(core, 'vast', 2)
    expect(answer).toMatch(/^503 .*insufficient_memory/)
    expect(answer).toMatch(/needs \d\.\d GB \(weights .* context of 4000000 tokens .* and 0\.3 GB are free/)
    expect(core.runners()).toEqual([])
  }, 60_000)
})
