import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The server closed the connection. */
  readonly closed: boolean
  readonly milliseconds: number
}

export interface RawOptions {
  readonly host?: string
  /** A Unix socket in place of a port. */
  readonly path?: string
  /** Gives up waiting for more after this time and answers with what there is. */
  readonly timeout?: number
  /** Waits until the server closes, else only until a whole answer is there. */
  readonly untilClosed?: boolean
}

/** Sends bytes as they are and reads what comes back. Fails only when nothing comes at all. */
export async function rawRequest(
  port: number,
  bytes: string | Buffer,
  options: RawOptions = {},
): Promise<RawAnswer> {
  const started = performance.now()
  const socket = options.path ? connect(options.path) : connect(port, options.host ?? '127.0.0.1')
  let text = ''
  let closed = false
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, options.timeout ?? 5000)
    const finish = () => {
      clearTimeout(timer)
      resolve()
    }
    // One character a byte: lengths are compared with content-length.
    socket.setEncoding('latin1')
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', chunk => {
      text += chunk
      if (!options.untilClosed && isWhole(text)) finish()
    })
    // A reset after the answer is the server's good right.
    socket.on('error', finish)
    socket.on('close', () => {
      closed = true
      finish()
    })
  })
  socket.destroy()
  return { ...parseAnswer(text), closed, milliseconds: performance.now() - started }
}

/** The head of a request, with this Host. */
export function head(line: string, port: number, headers: Readonly<Record<string, string>> = {}): string {
  const all = { host: `127.0.0.1:${port}`, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** An open connection that has sent these bytes. */
export function hold(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.off('error', reject)
      socket.on('error', () => socket.destroy())
      socket.write(bytes)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /^content-length: (\d+)/im.exec(text.slice(0, end))?.[1]
  return length === undefined ? text.startsWith('HTTP/1.1 204') : text.length >= end + 4 + Number(length)
}

function parseAnswer(text: string): { status: number; headers: Record<string, string>; body: string } {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n')
  const headers = Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    body: Buffer.from(text.slice(end + 4), 'latin1').toString(),
  }
}
