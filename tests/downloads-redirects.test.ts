import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../core/downloads/network/address.ts'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { Home, type RoomOptions, TestRoom } from './hub/room.ts'

/** A server that nobody may call, on the loopback address of either family. */
async function trap(host: string): Promise<AsyncDisposable & { readonly port: number; calls: number }> {
  const watched = { calls: 0, port: 0, [Symbol.asyncDispose]: async () => {} }
  const server = createServer((_request, response) => response.end('GGUF'))
  server.on('connection', socket => {
    watched.calls++
    socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  watched.port = (server.address() as AddressInfo).port
  watched[Symbol.asyncDispose] = () => new Promise(resolve => server.close(() => resolve()))
  return watched
}

/** What every row must leave behind: nothing fetched, nothing kept, and no storm of tries. */
async function refusedBy(hub: FakeHub, redirect: string, options: RoomOptions = {}): Promise<void> {
  hub.add('owner/name', [new FakeFile('m.gguf', modelBytes(1000), { redirect })])
  using home = new Home()
  await using test = await TestRoom.start(hub.origin, home, {
    env: { HF_ENDPOINT: hub.origin, HF_TOKEN: 'hf_secret' },
    ...options,
  })
  hub.accounts.set('hf_secret', new Set())
  expect(await test.failure('hf:owner/name')).toMatchObject({
    code: 'redirect_refused',
    message: expect.stringContaining('redirects to'),
  })
  expect(hub.requestsFor('/resolve/').length).toBeLessThanOrEqual(6)
  expect(home.modelNames).toEqual([])
  expect(home.partNames).toEqual([])
}

describe('D7: a redirect', () => {
  it.each([
    'file:///etc/passwd',
    'data:application/octet-stream;base64,R0dVRg==',
    'ftp://example.com/m.gguf',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/m.gguf',
    'https://100.64.0.1/m.gguf',
    'https://[fe80::1]/m.gguf',
    'https://[fd00::1]/m.gguf',
    'https://user:pass@example.com/m.gguf',
  ])('to %s is refused', async redirect => {
    await using hub = await FakeHub.start()
    await refusedBy(hub, redirect)
  })

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '[::ffff:7f00:1]'],
    ['127.0.0.1', '0x7f.1'],
    ['127.0.0.1', '2130706433'],
    ['127.0.0.1', '017700000001'],
    ['127.0.0.1', '127.1'],
    ['127.0.0.1', '0.0.0.0'],
    ['127.0.0.1', 'localhost'],
    ['::1', '[::1]'],
    ['::1', '[0:0:0:0:0:0:0:1]'],
  ])('to a server on %s, written %s, is refused without a connection', async (address, written) => {
    await using target = await trap(address)
    await using hub = await FakeHub.start()
    await refusedBy(hub, `http://${written}:${target.port}/m.gguf`)
    expect(target.calls).toBe(0)
  })

  it.each([['127.0.0.1'], ['::1']])(
    'to a name that means %s is refused without a connection',
    async address => {
      await using target = await trap(address)
      await using hub = await FakeHub.start()
      await refusedBy(hub, `http://cdn.example:${target.port}/m.gguf`, {
        resolve: async () => [
          { address: '1.1.1.1', family: 4 },
          { address, family: address === '::1' ? 6 : 4 },
        ],
      })
      expect(target.calls).toBe(0)
    },
  )

  it('to a name that means something else each time it is asked is only asked once for a connection', async () => {
    await using target = await trap('::1')
    await using hub = await FakeHub.start()
    let asked = 0
    hub.add('owner/name', [
      new FakeFile('m.gguf', modelBytes(1000), { redirect: `http://cdn.example:${target.port}/` }),
    ])
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, {
      // Fit to be called at first, and not any more when it is looked at again.
      resolve: async () => [{ address: asked++ === 0 ? '::1' : '127.0.0.1', family: asked === 1 ? 6 : 4 }],
      isPublic: address => address === '::1',
    })
    const { id } = await test.add('hf:owner/name')
    await test
      .until(id, ({ state, retryAt }) => state === 'failed' || retryAt !== null)
      .catch(() => undefined)
    expect([asked, target.calls]).toEqual([1, 1])
  })

  it('round and round is refused after a few hops', async () => {
    await using hub = await FakeHub.start()
    await refusedBy(hub, '/owner/name/resolve/main/m.gguf')
    hub.seen.length = 0
    const loop = createServer((request, response) => {
      response.writeHead(302, { location: `${request.url}x` }).end()
    })
    await new Promise<void>(resolve => loop.listen(0, '::1', resolve))
    const at = `http://[::1]:${(loop.address() as AddressInfo).port}/`
    await refusedBy(hub, at, { isPublic: address => address === '::1' })
    await new Promise(resolve => loop.close(resolve))
  })

  it('from https to http is refused, wherever it leads', async () => {
    using home = new Home()
    const tls = certificate(home.folder)
    await using target = await trap('::1')
    await using hub = await FakeHub.start({ tls })
    await refusedBy(hub, `http://[::1]:${target.port}/m.gguf`, {
      ca: tls.cert,
      isPublic: address => address === '::1',
    })
    expect(target.calls).toBe(0)
  })

  it('to a public storage is followed, over a connection to exactly the address that was checked', async () => {
    await using cdn = await FakeHub.start({ host: '::1' })
    await using hub = await FakeHub.start()
    const file = new FakeFile('m.gguf', modelBytes(100_000))
    hub.add('owner/name', [file])
    cdn.add('owner/name', [file])
    hub.storage = `http://cdn.example:${cdn.port}`
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home, {
      resolve: async host => (host === 'cdn.example' ? [{ address: '::1', family: 6 }] : []),
      isPublic: address => address === '::1' || isPublicAddress(address),
    })
    await test.fetch('hf:owner/name')
    expect(readFileSync(join(home.models, 'm.gguf')).equals(file.content)).toBe(true)
    expect(cdn.bytesSent).toBe(100_000)
  })
})

describe('an address typed in', () => {
  it.each([
    'https://127.0.0.1/m.gguf',
    'https://localhost/m.gguf',
    'https://0x7f.1/m.gguf',
    'https://[::ffff:7f00:1]/m.gguf',
    'https://169.254.169.254/m.gguf',
    'http://example.com/m.gguf',
    'file:///tmp/m.gguf',
  ])('%s is refused', async reference => {
    await using hub = await FakeHub.start()
    using home = new Home()
    await using test = await TestRoom.start(hub.origin, home)
    await expect(test.add(reference)).rejects.toMatchObject({ code: 'address_refused', status: 400 })
    expect(test.room.downloads.list()).toEqual([])
  })

  it('of a stranger gets no token, even when it redirects to the hub', async () => {
    await using hub = await FakeHub.start()
    hub.add('owner/secret', [new FakeFile('m.gguf', modelBytes(1000))], { private: true })
    hub.accounts.set('hf_secret', new Set(['owner/secret']))
    using home = new Home()
    const tls = certificate(home.folder)
    await using front = await FakeHub.start({ tls, host: '::1' })
    const url = front.addPlain(
      'files/m.gguf',
      new FakeFile('m.gguf', modelBytes(10), {
        redirect: `${hub.origin}/owner/secret/resolve/main/m.gguf`,
      }),
    )
    await using test = await TestRoom.start(hub.origin, home, {
      env: { HF_ENDPOINT: hub.origin, HF_TOKEN: 'hf_secret' },
      isPublic: address => address === '::1',
      ca: tls.cert,
    })
    await expect(test.add(url)).rejects.toMatchObject({ code: 'download_failed' })
    expect(hub.requestsFor('/resolve/').length).toBe(1)
    for (const { headers } of [...hub.seen, ...front.seen]) expect(headers.authorization).toBeUndefined()
  })
})

/** A key and a certificate for the loopback addresses. */
function certificate(folder: string): { readonly key: string; readonly cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost'],
      ...['-keyout', key, '-out', cert],
    ],
    { stdio: 'pipe' },
  )
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}
