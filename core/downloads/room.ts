import { join } from 'node:path'
import type { HubState } from '../contract/hub.ts'
import type { Settings } from '../contract/settings.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import { ExitError } from '../platform/exit.ts'
import type { Log } from '../platform/log.ts'
import type { Environment, Paths } from '../platform/paths.ts'
import { Downloads } from './downloads.ts'
import type { Capacity } from './hub/advice.ts'
import { Hub } from './hub/hub.ts'
import { HubToken } from './hub/token.ts'
import type { OnFileReady } from './jobs/runner.ts'
import { Client } from './network/client.ts'
import type { IsPublic, Resolve } from './network/guard.ts'
import type { FreeBytes } from './transfer/disk.ts'

export interface DownloadRoomParts {
  readonly paths: Pick<Paths, 'home' | 'models'>
  /** HF_ENDPOINT and HF_TOKEN are read, as every tool for the hub reads them. */
  readonly env: Environment
  readonly database: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly settings: () => Settings['downloads']
  /** What this machine can hold, for what is recommended. */
  readonly capacity: () => Promise<Capacity>
  /** Waited for. */
  readonly onFileReady: OnFileReady
  /** Leaves a line in the audit log. */
  readonly audit?: (event: 'hub.token-kept' | 'hub.token-removed') => void
  readonly resolve?: Resolve
  readonly isPublic?: IsPublic
  readonly freeBytes?: FreeBytes
  readonly random?: () => number
  readonly stallMilliseconds?: number
  readonly headersMilliseconds?: number
  /** Certificates to trust in place of the usual ones, as PEM. */
  readonly ca?: string
}

const publicHub = 'https://huggingface.co'

/** Everything that fetches: the hub, its token, the downloads, and the one client they share. */
export class DownloadRoom {
  readonly hub: Hub
  readonly downloads: Downloads
  readonly token: HubToken
  readonly audit: (event: 'hub.token-kept' | 'hub.token-removed') => void
  readonly capacity: () => Promise<Capacity>
  readonly #endpoint: URL
  readonly #client: Client
  readonly #log: Log

  /** @throws ExitError `configuration` when HF_ENDPOINT is not the address of a hub */
  constructor(parts: DownloadRoomParts) {
    const { paths, env, clock, version, log } = parts
    this.#log = log
    this.capacity = parts.capacity
    this.audit = parts.audit ?? (() => {})
    this.#endpoint = endpointOf(env.HF_ENDPOINT)
    this.token = new HubToken({ path: join(paths.home, 'hub-token'), environment: env.HF_TOKEN?.trim() })
    this.#client = new Client({
      ...parts,
      endpoint: this.#endpoint,
      token: () => this.token.value,
      userAgent: `impetus/${version}`,
    })
    this.hub = new Hub({
      endpoint: this.#endpoint,
      client: this.#client,
      token: this.token,
      clock,
      capacity: parts.capacity,
    })
    this.downloads = new Downloads({
      ...parts,
      models: paths.models,
      endpoint: this.#endpoint,
      client: this.#client,
      hub: this.hub,
    })
  }

  async start(): Promise<void> {
    try {
      this.token.start()
    } catch (error) {
      // Everything but gated models works without it.
      this.#log.error('The token for the hub cannot be read', error)
    }
    this.#client.start()
    await this.downloads.start()
  }

  async stop(): Promise<void> {
    await this.downloads.stop()
    this.#client.stop()
  }

  state(): HubState {
    return { address: this.#endpoint.href.replace(/\/$/, ''), token: this.token.source }
  }
}

function endpointOf(text: string | undefined): URL {
  if (!text) return new URL(publicHub)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new ExitError(
      'configuration',
      'HF_ENDPOINT is not the address of a hub. Write something like https://huggingface.co, or leave it out.',
    )
  url.search = ''
  url.hash = ''
  return url
}
