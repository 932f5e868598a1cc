import { chmod } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo, ListenOptions } from 'node:net'
import { ImpetusError } from '../contract/errors.ts'
import type { Settings } from '../contract/settings.ts'
import type { Log } from '../platform/log.ts'
import { ConnectionGate, connectionLimit, descriptors } from './connections.ts'
import type { EnvelopeRules } from './errors.ts'
import { type GuardPolicy, guardPolicy, type ListenerFacts } from './guard-policy.ts'
import type { LiveRequests } from './live.ts'
import { findPortHolder, PortTakenError } from './port.ts'
import { createHttpServer, type ServerParts, type TlsFiles } from './server.ts'
import { prepareSocketPath } from './unix-socket.ts'

export interface ListenersParts extends Pick<ServerParts, 'fetch' | 'upgrade' | 'onRefused'> {
  readonly log: Log
  /** The settings in force now: names and body limits follow changes at once, the rest is read when listening. */
  readonly settings: () => Settings['server']
  readonly live: LiveRequests
  readonly envelopes?: EnvelopeRules
}

export interface TcpOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly host: string
  readonly tls: TlsFiles | null
}

/** The doors of the core: TCP on this machine's addresses and a Unix socket. */
export class Listeners {
  readonly #parts: ListenersParts
  readonly #servers = new Set<Server>()
  #gate: ConnectionGate | undefined
  #draining: ImpetusError | null = null

  constructor(parts: ListenersParts) {
    this.#parts = parts
  }

  /**
   * Listens on all addresses of `host` (`127.0.0.1` brings `[::1]` with it, where the machine has it).
   *
   * @throws PortTakenError with the holder's name; any other error of `listen` as it comes
   */
  async listenTcp(options: TcpOptions): Promise<ListenerFacts> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#bindAll(options)
      } catch (error) {
        const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        if (!taken) throw error
        // A port that is free on one address can be taken on the other.
        if (options.port === 0 && attempt < 10) continue
        throw new PortTakenError(options.port, await findPortHolder(options.port))
      }
    }
  }

  /**
   * Listens on a Unix socket that only this user can open, with full rights for whoever does.
   *
   * @throws SocketError
   */
  async listenSocket(path: string): Promise<void> {
    await prepareSocketPath(path)
    const facts: ListenerFacts = { scheme: 'http', port: 0, addresses: [] }
    await bind(this.#createServer('socket', facts, null), { path })
    await chmod(path, 0o600)
  }

  /** TCP connections open now. */
  get connections(): number {
    return this.#gate?.open ?? 0
  }

  /**
   * Refuses new requests with 503 and waits for running ones until the signal aborts; what still runs then ends with
   * `shutting_down`.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#draining = new ImpetusError(
      'shutting_down',
      'Impetus is ending. Send the request again when it is back.',
      {
        retryAfter: 5,
      },
    )
    // An event stream has no end of its own to wait for.
    const finished = await this.#parts.live.idle(request => !request.isEventStream, signal)
    if (!finished) this.#parts.log.warn('Some answers were cut short', { requests: this.#parts.live.count })
  }

  /** Ends what still runs, closes every connection and stops listening. */
  async stop(): Promise<void> {
    this.#parts.live.abort(() => true, new ImpetusError('shutting_down', 'Impetus is ending.'))
    await this.#parts.live.idle(() => true, AbortSignal.timeout(lastWordMilliseconds))
    await Promise.all([...this.#servers].map(close))
    this.#servers.clear()
  }

  async #bindAll({ port, host, tls }: TcpOptions): Promise<ListenerFacts> {
    const addresses = bindAddresses(host)
    const bound = { scheme: tls ? ('https' as const) : ('http' as const), port, addresses: [] as string[] }
    const servers: Server[] = []
    try {
      for (const address of addresses) {
        const server = this.#createServer('tcp', bound, tls)
        ;(await this.#tcpGate()).watch(server)
        servers.push(server)
        const isFirst = address === addresses[0]
        const ok = await bind(server, { host: address, port: bound.port, ipv6Only: address !== '::' }).then(
          () => true,
          error => {
            if (isFirst || !isMissingAddress(error)) throw error
            this.#servers.delete(server)
            return false
          },
        )
        if (!ok) continue
        bound.port = (server.address() as AddressInfo).port
        bound.addresses.push(address)
      }
      return bound
    } catch (error) {
      for (const server of servers) {
        this.#servers.delete(server)
        await close(server)
      }
      throw error
    }
  }

  async #tcpGate(): Promise<ConnectionGate> {
    const { connections } = this.#parts.settings().limits
    this.#gate ??= new ConnectionGate(connectionLimit(connections, await descriptors()))
    return this.#gate
  }

  #createServer(transport: 'tcp' | 'socket', facts: ListenerFacts, tls: TlsFiles | null): Server {
    const { fetch, upgrade, onRefused, settings, envelopes = [] } = this.#parts
    const { limits } = settings()
    const server = createHttpServer({
      fetch,
      upgrade,
      onRefused,
      envelopes,
      transport,
      limits,
      stallMilliseconds: () => settings().limits.stalledReaderSeconds * 1000,
      tls,
      policy: rememberPolicy(facts, settings),
      draining: () => this.#draining,
    })
    this.#servers.add(server)
    return server
  }
}

/** Time for a stream's last event after its request was ended. */
const lastWordMilliseconds = 1000

/** The addresses that listening on `host` means. The first must work, the others are taken where the machine has them. */
export function bindAddresses(host: string): readonly string[] {
  const loopback = ['127.0.0.1', '::1']
  if (host === 'localhost' || host === '127.0.0.1') return loopback
  if (host === '::') return ['::']
  if (host === '0.0.0.0') return ['0.0.0.0', '::1']
  return [host, ...loopback.filter(address => address !== host)]
}

function isMissingAddress(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
}

/** Computes the policy anew only when the settings are other ones: it is asked for at every request. */
function rememberPolicy(facts: ListenerFacts, settings: () => Settings['server']): () => GuardPolicy {
  let seen: { settings: Settings['server']; addresses: number; policy: GuardPolicy } | undefined
  return () => {
    const now = settings()
    // The port and the addresses are known one after the other while binding.
    if (seen?.settings !== now || seen.addresses !== facts.addresses.length) {
      seen = { settings: now, addresses: facts.addresses.length, policy: guardPolicy(facts, now) }
    }
    return seen.policy
  }
}

function bind(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...options, backlog: 511 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    // Its error only says that it was not listening.
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
