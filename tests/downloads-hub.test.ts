import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { getHubModel, searchHub } from '../core/contract/hub.ts'
import { appOf } from './hub/app.ts'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { Home, TestRoom } from './hub/room.ts'

describe('the hub over HTTP', () => {
  it('is searched by text, author, tags and size, sorted and page by page', async () => {
    await using hub = await FakeHub.start()
    const gguf = (total: number) => ({ total, architecture: 'llama', context_length: 32_768 })
    for (const [index, billions] of [1, 3, 8, 70].entries())
      hub.add(`owner/Llama-${billions}B-GGUF`, [], {
        downloads: 100 - index,
        likes: index,
        trendingScore: index % 2,
        tags: ['gguf', 'en', ...(billions > 3 ? ['license:llama3'] : [])],
        gguf: gguf(billions * 1e9),
      })
    hub.add('other/Llama-GGUF', [], { downloads: 1000, likes: -1, trendingScore: 9 })
    hub.add('other/Llama-weights', [], { tags: ['safetensors'] })
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const call = appOf(test)
    const ids = async (query: string) => {
      const { body } = await call('GET', `/api/hub/models?${query}`)
      return searchHub.response.parse(body).models.map(({ id }) => id.split('/')[1])
    }
    expect(await ids('text=llama&sort=downloads')).toEqual([
      ...['Llama-GGUF', 'Llama-1B-GGUF', 'Llama-3B-GGUF', 'Llama-8B-GGUF', 'Llama-70B-GGUF'],
    ])
    expect((await ids(''))[0]).toBe('Llama-GGUF')
    expect(await ids('format=safetensors')).toEqual(['Llama-weights'])
    expect(await ids('format=any')).toEqual(expect.arrayContaining(['Llama-weights', 'Llama-GGUF']))
    expect(await ids('author=owner&sort=likes&limit=2')).toEqual(['Llama-70B-GGUF', 'Llama-8B-GGUF'])
    expect(await ids('tag=en,license:llama3&sort=downloads')).toEqual(['Llama-8B-GGUF', 'Llama-70B-GGUF'])
    expect(await ids('minBillions=2&maxBillions=10&sort=downloads')).toEqual([
      'Llama-3B-GGUF',
      'Llama-8B-GGUF',
    ])
    const first = await call('GET', '/api/hub/models?sort=downloads&limit=3')
    expect(first.body.models).toHaveLength(3)
    const second = await call('GET', `/api/hub/models?sort=downloads&limit=3&cursor=${first.body.next}`)
    expect(second.body.models).toHaveLength(2)
    expect(second.body.next).toBeNull()
    expect((first.body.models as object[])[1]).toEqual({
      id: 'owner/Llama-1B-GGUF',
      downloads: 100,
      likes: 0,
      updatedAt: Date.parse('2026-01-02T03:04:05Z'),
      gated: false,
      tags: ['gguf', 'en'],
      architecture: 'llama',
      parameters: 1e9,
      contextLength: 32_768,
    })
  })

  it('tells of a model with its files, which can be asked for as they are named', async () => {
    await using hub = await FakeHub.start()
    const q8 = new FakeFile('m-Q8_0.gguf', modelBytes(800))
    hub.add(
      'owner/name',
      [
        q8,
        new FakeFile('README.md', Buffer.from('x')),
        new FakeFile('mmproj-F16.gguf', modelBytes(50)),
        ...[1, 2].map(
          part => new FakeFile(`Q4_K_M/m-Q4_K_M-0000${part}-of-00002.gguf`, modelBytes(200, part)),
        ),
      ],
      {
        gated: 'auto',
        cardData: { license: 'llama3', base_model: ['meta/base'] },
        gguf: { total: 5, architecture: 'llama', context_length: 8 },
      },
    )
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { body } = await appOf(test)('GET', '/api/hub/models/owner/name')
    const model = getHubModel.response.parse(body)
    expect(model).toMatchObject({
      gated: true,
      license: 'llama3',
      baseModels: ['meta/base'],
      parameters: 5,
      refusedFiles: 0,
    })
    const fast = { fit: 'fits', speed: { tokensPerSecond: expect.any(Number), measured: false } }
    expect(model.files).toEqual([
      {
        ...fast,
        recommended: false,
        name: 'mmproj-F16.gguf',
        reference: 'hf:owner/name/mmproj-F16.gguf',
        bytes: 50,
        parts: 1,
        quantization: 'F16',
        projector: true,
        sha256: expect.any(String),
      },
      {
        ...fast,
        recommended: false,
        name: 'Q4_K_M/m-Q4_K_M-00001-of-00002.gguf',
        reference: 'hf:owner/name/Q4_K_M/m-Q4_K_M-00001-of-00002.gguf',
        bytes: 400,
        parts: 2,
        quantization: 'Q4_K_M',
        projector: false,
        sha256: null,
      },
      {
        ...fast,
        // Both fit and are fast: the more exact one.
        recommended: true,
        name: 'm-Q8_0.gguf',
        reference: 'hf:owner/name/m-Q8_0.gguf',
        bytes: 800,
        parts: 1,
        quantization: 'Q8_0',
        projector: false,
        sha256: q8.sha256,
      },
    ])
  })

  it('reads a long listing page by page, but follows no link to another place', async () => {
    await using hub = await FakeHub.start()
    await using other = await FakeHub.start()
    const files = [1, 2, 3, 4, 5].map(n => new FakeFile(`m-Q${n + 1}_K.gguf`, modelBytes(100 * n, n)))
    hub.add('owner/name', files)
    other.add('owner/name', files)
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, {
      env: { HF_ENDPOINT: hub.origin, HF_TOKEN: 'hf_secret' },
    })
    hub.accounts.set('hf_secret', new Set())
    const call = appOf(test)
    hub.treePages = { size: 2 }
    expect((await call('GET', '/api/hub/models/owner/name')).body.files).toHaveLength(5)
    hub.treePages = { size: 2, origin: other.origin }
    expect((await call('GET', '/api/hub/models/owner/name')).body.files).toHaveLength(2)
    expect(other.seen).toEqual([])
  })

  it.each([
    ['/api/hub/models/owner/missing', 404, 'hub_model_not_found'],
    ['/api/hub/models/..%2f..%2fapi/whoami', 400, 'invalid_value'],
    ['/api/hub/models/owner/a%3Fb', 400, 'invalid_value'],
    ['/api/hub/models?limit=0', 400, 'invalid_value'],
    ['/api/hub/models?sort=size', 400, 'invalid_value'],
  ])('%s answers %i %s', async (path, status, code) => {
    await using hub = await FakeHub.start()
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    expect(await appOf(test)('GET', path)).toMatchObject({ status, body: { error: { code } } })
  })

  it('passes on what the hub says when it is busy or broken', async () => {
    await using hub = await FakeHub.start()
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const call = appOf(test)
    hub.apiStatus = { status: 429, headers: { 'retry-after': '40' }, times: 1 }
    expect(await call('GET', '/api/hub/models')).toMatchObject({
      status: 502,
      body: { error: { message: expect.stringContaining('40 s') } },
    })
    hub.apiStatus = { status: 500, times: 1 }
    expect(await call('GET', '/api/hub/models')).toMatchObject({
      status: 502,
      body: { error: { code: 'hub_unavailable' } },
    })
    hub.apiStatus = { status: 200, times: 1 }
    expect(await call('GET', '/api/hub/models')).toMatchObject({
      status: 502,
      body: { error: { code: 'hub_unavailable' } },
    })
    await hub[Symbol.asyncDispose]()
    expect(await call('GET', '/api/hub/models')).toMatchObject({
      status: 502,
      body: { error: { code: 'hub_unavailable' } },
    })
  })

  it('has searches to begin with that this machine can hold', async () => {
    await using hub = await FakeHub.start()
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const call = appOf(test)
    const { startingPoints } = (await call('GET', '/api/hub/starting-points')).body as {
      startingPoints: { id: string; query: { maxBillions: number; text?: string; sort: string } }[]
    }
    expect(startingPoints.length).toBeGreaterThan(4)
    // 16 GB of memory hold some 18 thousand million weights of four to five bits.
    expect(Math.max(...startingPoints.map(one => one.query.maxBillions))).toBe(18)
    for (const { query } of startingPoints) {
      const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
      expect((await call('GET', `/api/hub/models?${words}`)).status).toBe(200)
    }
  })

  it('keeps a token privately and never tells it', async () => {
    await using hub = await FakeHub.start()
    hub.add('owner/name', [new FakeFile('m.gguf', modelBytes(1000))], { gated: 'auto' })
    hub.accounts.set('hf_verysecret', new Set(['owner/name']))
    using home = new Home()
    const answers: unknown[] = []
    {
      await using test = await TestRoom.start(hub.origin, home)
      const call = appOf(test)
      answers.push(await call('GET', '/api/hub'))
      expect(answers.at(-1)).toEqual({ status: 200, body: { address: hub.origin, token: 'none' } })
      expect(await call('PUT', '/api/hub/token', { token: 'two words' })).toMatchObject({ status: 400 })
      answers.push(await call('PUT', '/api/hub/token', { token: 'hf_verysecret' }))
      expect(answers.at(-1)).toMatchObject({ body: { token: 'stored' } })
      expect(statSync(join(home.folder, 'hub-token')).mode & 0o777).toBe(0o600)
      await test.fetch('hf:owner/name')
      answers.push(test.lines, test.told)
    }
    expect(readFileSync(join(home.folder, 'impetus.db')).includes('hf_verysecret')).toBe(false)
    await using test = await TestRoom.start(hub.origin, home)
    const call = appOf(test)
    expect((await call('GET', '/api/hub')).body.token).toBe('stored')
    expect((await call('DELETE', '/api/hub/token')).body.token).toBe('none')
    await expect(
      test.room.hub.checkAccess(
        test.room.hub.fileUrl('owner/name', 'main', 'm.gguf'),
        'owner/name',
        AbortSignal.timeout(5000),
      ),
    ).rejects.toMatchObject({ code: 'gated_model' })
    expect(JSON.stringify(answers)).not.toContain('verysecret')
  })
})
