import { readFileSync } from 'node:fs'
import { isLoopback, type Settings } from '../contract/settings.ts'
import { ExitError } from '../platform/exit.ts'

/** What `http/listeners` gives when it listens. */
export interface Bound {
  readonly scheme: 'http' | 'https'
  readonly port: number
}

export interface TlsMaterial {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface ListenParts<B extends Bound> {
  readonly server: Settings['server']
  readonly strictPort: boolean
  readonly listenTcp: (options: { port: number; host: string; tls: TlsMaterial | null }) => Promise<B>
  /** The holder's words when the error says that the port is taken, else undefined. */
  readonly takenBy: (error: unknown) => string | undefined
}

/** Ports tried after the one asked for. */
const furtherPorts = 20

/**
 * Listens on the port of the settings or, when that is taken, on the next free one, so that a person gets a working
 * server and a loud line rather than nothing.
 *
 * @throws ExitError `temporary` when the port must be that one, `configuration` for addresses and certificates that do not work
 */
export async function listenOnPort<B extends Bound>(
  parts: ListenParts<B>,
): Promise<{ bound: B; taken: string | null }> {
  const { port, host } = parts.server
  const tls = readTls(parts.server.tls)
  let taken: string | null = null
  for (let candidate = port; candidate <= Math.min(port + furtherPorts, 65_535); candidate++) {
    try {
      return { bound: await parts.listenTcp({ port: candidate, host, tls }), taken }
    } catch (error) {
      const words = parts.takenBy(error)
      if (words === undefined) throw plainError(error, host, candidate)
      taken ??= words
      if (parts.strictPort) {
        throw new ExitError(
          'temporary',
          `${words} End that program, or choose another port with --port.`,
          error,
        )
      }
    }
  }
  throw new ExitError(
    'temporary',
    `${taken} The next ${furtherPorts} ports are taken too. Choose another one with --port.`,
  )
}

function readTls({ cert, key }: Settings['server']['tls']): TlsMaterial | null {
  return cert === null || key === null
    ? null
    : { cert: readPem('server.tls.cert', cert), key: readPem('server.tls.key', key) }
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ExitError('configuration', `${setting}: ${path} cannot be read (${code}).`, error)
  }
}

function plainError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  if (code === 'EACCES')
    return new ExitError('configuration', `Port ${port} needs more rights. Choose one above 1023.`, error)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL') {
    return new ExitError('configuration', `server.host: ${host} is no address of this machine.`, error)
  }
  if (code.startsWith('ERR_OSSL') || code.startsWith('ERR_SSL')) {
    return new ExitError(
      'configuration',
      `server.tls: the certificate and the key do not work together (${code}).`,
      error,
    )
  }
  return error
}

/** Where programs on this machine call. */
export function localUrl({ scheme, port }: Bound, host: string): string {
  // Whatever it listens on, it listens on this machine's own address too.
  const name = isLoopback(host) && host !== 'localhost' ? host : '127.0.0.1'
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`
}
