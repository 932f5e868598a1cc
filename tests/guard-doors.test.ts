import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PortTakenError } from '../core/http/port.ts'
import { SocketError } from '../core/http/unix-socket.ts'
import { type Door, openDoor } from './support/door.ts'
import { head, hold, rawRequest } from './support/raw-http.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-doors-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function withDoor(work: (door: Door) => Promise<void>, options = {}) {
  const door = await openDoor(options)
  try {
    await work(door)
  } finally {
    await door.close()
  }
}

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('the Unix socket', () => {
  test('folder 0700 and socket 0600 under umask 000', async () => {
    const before = process.umask(0)
    try {
      await withDoor(async door => {
        const path = join(folder, 'new', 'impetus.sock')
        await door.listeners.listenSocket(path)
        expect(await mode(path)).toBe('600')
        expect(await mode(join(folder, 'new'))).toBe('700')
      })
    } finally {
      process.umask(before)
    }
  })

  test('gives full rights without a key or a Host', async () => {
    await withDoor(
      async door => {
        const body = '{}'
        const answer = await rawRequest(
          0,
          `POST /api/change HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n${body}`,
          { path: door.socketPath },
        )
        expect(answer.body).toBe('{"changed":true}')
      },
      { server: { requireKey: true } },
    )
  })

  test('refuses whatever has an Origin, even our own', async () => {
    await withDoor(async door => {
      for (const origin of [door.url, 'null', '', 'vscode-webview://x']) {
        const bytes = `GET /health HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n\r\n`
        const answer = await rawRequest(0, bytes, { path: door.socketPath })
        expect(answer.status).toBe(403)
        expect(JSON.parse(answer.body).error.code).toBe('origin_not_allowed')
      }
    })
  })

  test('a stale socket is replaced', async () => {
    const path = join(folder, 'stale.sock')
    const owner = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`,
    ])
    await once(owner.stdout, 'data')
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    expect((await stat(path)).isSocket()).toBe(true)
    await withDoor(async door => {
      await door.listeners.listenSocket(path)
      expect((await rawRequest(0, 'GET /health HTTP/1.1\r\n\r\n', { path })).status).toBe(200)
    })
  })

  test('a live one, a file in the way and a long path are refused in words; nothing is removed', async () => {
    await withDoor(async door => {
      const file = join(folder, 'file.sock')
      await writeFile(file, 'precious')
      const long = join(folder, `${'x'.repeat(104 - folder.length)}.sock`)
      for (const [path, reason] of [
        [door.socketPath, 'live'],
        [file, 'not-a-socket'],
        [long, 'too-long'],
      ] as const) {
        const error = await door.listeners.listenSocket(path).catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(SocketError)
        expect((error as SocketError).reason).toBe(reason)
      }
      expect(await readFile(file, 'utf8')).toBe('precious')
      expect((await rawRequest(0, 'GET /health HTTP/1.1\r\n\r\n', { path: door.socketPath })).status).toBe(
        200,
      )
    })
  })
})

describe('the port', () => {
  test('a taken one is refused with the name of who has it', async () => {
    await withDoor(async door => {
      const error = await door.listeners
        .listenTcp({ port: door.port, host: '127.0.0.1', tls: null })
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(PortTakenError)
      const { holder, port } = error as PortTakenError
      expect(port).toBe(door.port)
      expect(holder?.pid).toBe(process.pid)
      expect(holder?.name).toBeTruthy()
    })
  })

  test('one that is taken on [::1] alone counts as taken, and nothing stays bound', async () => {
    const blocker = createServer()
    blocker.listen(0, '::1')
    await once(blocker, 'listening')
    const { port } = blocker.address() as { port: number }
    await withDoor(async door => {
      await expect(door.listeners.listenTcp({ port, host: '127.0.0.1', tls: null })).rejects.toThrow(
        PortTakenError,
      )
      expect((await rawRequest(port, 'GET / HTTP/1.1\r\n\r\n', { timeout: 300 })).status).toBe(0)
    })
    blocker.close()
  })

  test('an address that this machine does not have is an error of its own', async () => {
    await withDoor(async door => {
      const listening = door.listeners.listenTcp({ port: 0, host: '203.0.113.1', tls: null })
      await expect(listening).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
    })
  })
})

describe('many connections', () => {
  test('those over the limit are closed, the Unix socket still answers, room comes back', async () => {
    await withDoor(
      async door => {
        const sockets = await Promise.all(Array.from({ length: 50 }, () => hold(door.port, 'GET /health HT')))
        await expect.poll(() => sockets.filter(socket => !socket.destroyed).length).toBe(8)
        expect(door.listeners.connections).toBe(8)
        expect((await rawRequest(0, 'GET /health HTTP/1.1\r\n\r\n', { path: door.socketPath })).status).toBe(
          200,
        )
        for (const socket of sockets) socket.destroy()
        await expect.poll(() => door.listeners.connections).toBe(0)
        expect((await rawRequest(door.port, head('GET /health', door.port))).status).toBe(200)
      },
      { limits: { connections: 8 } },
    )
  })

  test('with 64 descriptors and 200 sockets the Unix socket answers, and TCP recovers', async () => {
    const program = join(import.meta.dirname, 'support', 'door-main.ts')
    const child = spawn('bash', ['-c', `ulimit -n 64 && exec "${process.execPath}" "${program}"`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      const [line] = await once(child.stdout, 'data')
      const { port, socketPath } = JSON.parse(String(line))
      const sockets = await Promise.all(Array.from({ length: 200 }, () => hold(port, 'GET /health HT')))
      for (let n = 0; n < 5; n++) {
        const answer = await rawRequest(0, 'GET /health HTTP/1.1\r\n\r\n', { path: socketPath })
        expect(answer.status).toBe(200)
        expect(answer.milliseconds).toBeLessThan(1000)
      }
      for (const socket of sockets) socket.destroy()
      await expect
        .poll(async () => (await rawRequest(port, head('GET /health', port), { timeout: 500 })).status)
        .toBe(200)
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  })
})

describe('TLS', () => {
  test('serves HTTPS with its own origin; plain HTTP to it is closed', async () => {
    const [cert, key] = await certificate()
    await withDoor(
      async door => {
        const origin = `https://localhost:${door.port}`
        const answer = await askTls(door.port, cert, { host: `localhost:${door.port}`, origin })
        expect(answer).toBe('200 {"status":"ok"}')
        expect(await askTls(door.port, cert, { host: 'evil.com' })).toContain('403')
        // The plain page of the same address is another origin.
        expect(await askTls(door.port, cert, { origin: `http://localhost:${door.port}` })).toContain('403')
        const plain = await rawRequest(door.port, head('GET /health', door.port), { untilClosed: true })
        expect(plain.status).toBe(0)
        expect(plain.closed).toBe(true)
      },
      { tls: { cert, key } },
    )
  })

  async function certificate(): Promise<[Buffer, Buffer]> {
    const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
        '-keyout',
        keyPath,
        '-out',
        certPath,
      ],
      { stdio: 'ignore' },
    )
    return [await readFile(certPath), await readFile(keyPath)]
  }

  function askTls(port: number, ca: Buffer, headers: Record<string, string>): Promise<string> {
    return new Promise((resolve, reject) => {
      const all = { host: `localhost:${port}`, ...headers }
      const request = httpsRequest(
        { port, host: '127.0.0.1', servername: 'localhost', ca, path: '/health', headers: all },
        answer => {
          let text = ''
          answer.on('data', chunk => {
            text += chunk
          })
          answer.on('end', () => resolve(`${answer.statusCode} ${text}`))
        },
      )
      request.on('error', reject)
      request.end()
    })
  }
})
