import { fileDownloadInfo, type HubApiError, listFiles, listModels, modelInfo } from '@huggingface/hub'
import { expect, it } from 'vitest'
import { commitOf, FakeHub } from './fake-hub.ts'
import { FakeFile, modelBytes } from './files.ts'

/** The hub's own client for TypeScript is the judge of whether the fake one speaks as the hub does. */

it('is searched by @huggingface/hub, page by page', async () => {
  await using hub = await FakeHub.start()
  for (let index = 0; index < 7; index++)
    hub.add(`owner/model-${index}`, [], { likes: index, tags: index === 3 ? ['other'] : ['gguf'] })
  hub.add('someone/else', [])
  const found = []
  const search = { query: 'MODEL', owner: 'owner', tags: ['gguf'] }
  for await (const model of listModels({
    hubUrl: hub.origin,
    search,
    sort: 'likes',
    limit: 4,
    additionalFields: ['tags', 'author'],
  }))
    found.push(model)
  expect(found.map(({ name, likes }) => [name, likes])).toEqual([
    ['owner/model-6', 6],
    ['owner/model-5', 5],
    ['owner/model-4', 4],
    ['owner/model-2', 2],
  ])
  expect(found[0]).toMatchObject({
    author: 'owner',
    tags: ['gguf'],
    gated: false,
    private: false,
    downloads: 10,
  })
  const all = []
  for await (const model of listModels({ hubUrl: hub.origin })) all.push(model)
  expect(all).toHaveLength(8)
})

it('tells @huggingface/hub of a model, its files and where they are', async () => {
  await using hub = await FakeHub.start()
  const file = new FakeFile('sub folder/m-Q4_0.gguf', modelBytes(5000))
  const model = hub.add('o/n', [file, new FakeFile('README.md', Buffer.from('hello'))], { gated: false })
  expect(
    await modelInfo({ name: 'o/n', hubUrl: hub.origin, additionalFields: ['sha', 'tags'] }),
  ).toMatchObject({
    name: 'o/n',
    sha: commitOf(model),
    tags: ['gguf', 'license:mit'],
    updatedAt: new Date('2026-01-02T03:04:05Z'),
  })
  const files = []
  for await (const each of listFiles({
    repo: 'o/n',
    hubUrl: hub.origin,
    recursive: true,
    revision: commitOf(model),
  }))
    files.push(each)
  expect(files).toMatchObject([
    { type: 'file', path: 'sub folder/m-Q4_0.gguf', size: 5000, lfs: { oid: file.sha256, size: 5000 } },
    { type: 'file', path: 'README.md', size: 5 },
  ])
  const info = await fileDownloadInfo({ repo: 'o/n', path: 'sub%20folder/m-Q4_0.gguf', hubUrl: hub.origin })
  expect(info).toMatchObject({ size: 5000 })
  const response = await fetch(info?.url as string, { headers: { range: 'bytes=10-19' } })
  expect(response.status).toBe(206)
  expect(Buffer.from(await response.arrayBuffer())).toEqual(file.content.subarray(10, 20))
})

it('refuses @huggingface/hub as the hub does', async () => {
  await using hub = await FakeHub.start()
  hub.add('o/gated', [new FakeFile('m.gguf', modelBytes(100))], { gated: 'manual' })
  hub.add('o/private', [], { private: true })
  hub.accounts.set('hf_known', new Set(['o/gated', 'o/private']))
  hub.accounts.set('hf_stranger', new Set())
  const info = (name: string, accessToken?: string) =>
    modelInfo({ name, hubUrl: hub.origin, ...(accessToken && { accessToken }) }).then(
      found => found.name,
      (error: HubApiError) => error.statusCode,
    )
  const file = (accessToken?: string) =>
    fileDownloadInfo({
      repo: 'o/gated',
      path: 'm.gguf',
      hubUrl: hub.origin,
      ...(accessToken && { accessToken }),
    }).then(
      found => found?.size,
      (error: HubApiError) => error.statusCode,
    )
  expect(await info('o/nothing')).toBe(401)
  expect(await info('o/nothing', 'hf_known')).toBe(404)
  expect(await info('o/private')).toBe(401)
  expect(await info('o/private', 'hf_known')).toBe('o/private')
  expect(await info('o/gated')).toBe('o/gated')
  expect(await info('o/gated', 'hf_expired')).toBe(401)
  expect(await file()).toBe(401)
  expect(await file('hf_stranger')).toBe(403)
  expect(await file('hf_known')).toBe(100)
})
