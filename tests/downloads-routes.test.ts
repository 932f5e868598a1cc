import { describe, expect, it } from 'vitest'
import { download, startDownload } from '../core/contract/downloads.ts'
import { appOf } from './hub/app.ts'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { Home, TestRoom } from './hub/room.ts'

const MB = 1024 * 1024

describe('downloads over HTTP', () => {
  it('start, list, pause, resume, cancel, retry and remove', async () => {
    await using hub = await FakeHub.start()
    hub.add('owner/name', [new FakeFile('m-Q4_K_M.gguf', modelBytes(8 * MB), { bytesPerSecond: 8 * MB })])
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const call = appOf(test)
    const started = await call('POST', '/api/downloads', { reference: 'hf:owner/name:Q4_K_M' })
    expect(started.status).toBe(200)
    const { id } = startDownload.response.parse(started.body)
    expect((await call('POST', '/api/downloads', { reference: 'hf:owner/name' })).body.id).toBe(id)
    expect((await call('GET', '/api/downloads')).body.downloads).toMatchObject([{ id, state: 'running' }])
    expect((await call('POST', `/api/downloads/${id}/pause`)).body.state).toBe('paused')
    expect((await call('POST', `/api/downloads/${id}/resume`)).body.state).toMatch(/queued|running/)
    expect((await call('POST', `/api/downloads/${id}/cancel`)).body.state).toBe('cancelled')
    expect((await call('POST', `/api/downloads/${id}/resume`)).body.error).toMatchObject({ code: 'conflict' })
    expect((await call('POST', `/api/downloads/${id}/retry`)).body.state).toMatch(/queued|running/)
    await test.until(id, 'done')
    expect(download.parse((await call('GET', `/api/downloads/${id}`)).body)).toMatchObject({
      state: 'done',
      done: 8 * MB,
    })
    expect((await call('DELETE', `/api/downloads/${id}`)).body).toEqual({ removed: id })
    expect(await call('GET', `/api/downloads/${id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    })
    // Nobody outside is told where this machine keeps things.
    const everything = JSON.stringify([started, test.told, test.lines])
    expect(everything).not.toContain(home.folder)
  })

  it('changes only for callers with the admin scope', async () => {
    await using hub = await FakeHub.start()
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const call = appOf(test, ['inference'])
    expect((await call('GET', '/api/downloads')).status).toBe(200)
    for (const [method, path, body] of [
      ['POST', '/api/downloads', { reference: 'hf:a/b' }],
      ['POST', '/api/downloads/x/cancel'],
      ['DELETE', '/api/downloads/x'],
      ['GET', '/api/hub'],
      ['GET', '/api/hub/models'],
      ['PUT', '/api/hub/token', { token: 'hf_12345678' }],
    ] as const)
      expect(await call(method, path, body)).toMatchObject({
        status: 403,
        body: { error: { code: 'insufficient_scope' } },
      })
    expect(hub.seen).toEqual([])
  })

  it.each([
    [{}, 'invalid_type', 'reference'],
    [{ reference: '' }, 'invalid_value', 'reference'],
    [{ reference: 'llama' }, 'invalid_value', 'reference'],
    [{ reference: 'hf:owner/name', sha256: 'xyz' }, 'invalid_value', 'sha256'],
    [{ reference: 'hf:owner/name', sha256: 'a'.repeat(64) }, 'invalid_value', 'sha256'],
    [{ reference: 'http://127.0.0.1/x.gguf' }, 'address_refused', 'reference'],
  ])('%j is refused with %s', async (body, code, param) => {
    await using hub = await FakeHub.start()
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const answer = await appOf(test)('POST', '/api/downloads', body)
    expect(answer).toMatchObject({ status: 400, body: { error: { code, param } } })
    expect(hub.seen).toEqual([])
  })
})

describe('P5: names from a listing', () => {
  it.each([
    ['..\\..\\plugins\\a.gguf'],
    ['/etc/cron.d/a.gguf'],
    ['../../a.gguf'],
    [`${'a'.repeat(295)}.gguf`],
    ['.hidden.gguf'],
    ['a\u202efugg.gguf'],
  ])('%j is refused before any byte', async path => {
    await using hub = await FakeHub.start()
    hub.add('owner/name', [new FakeFile(path, modelBytes(1000))])
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const call = appOf(test)
    for (const reference of ['hf:owner/name', `hf:owner/name/${path}`]) {
      const answer = await call('POST', '/api/downloads', { reference })
      expect(answer).toMatchObject({ status: 422, body: { error: { code: 'unsafe_filename' } } })
      expect(answer.body.error?.message.length).toBeLessThan(300)
    }
    expect(hub.bytesSent).toBe(0)
    expect(home.modelNames).toEqual([])
    expect(home.partNames).toEqual([])
  })

  it('are left out of a model’s files and counted', async () => {
    await using hub = await FakeHub.start()
    hub.add('owner/name', [
      new FakeFile('..\\x.gguf', modelBytes(10)),
      new FakeFile('m-Q8_0.gguf', modelBytes(100)),
    ])
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    const { body } = await appOf(test)('GET', '/api/hub/models/owner/name')
    expect(body).toMatchObject({ refusedFiles: 1, files: [{ name: 'm-Q8_0.gguf' }] })
  })
})
