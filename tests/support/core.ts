import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SettingsInput } from '../../core/contract/settings.ts'
import type { EndpointFile, Status } from '../../core/contract/status.ts'
import { socketFetch } from './socket-fetch.ts'

export interface CoreOptions {
  readonly engine?: 'scripted'
  /** Of the scripted engine, for streams that last. */
  readonly wordMilliseconds?: number
  readonly settings?: SettingsInput
  /** Writes model files before the core starts. */
  readonly models?: (folder: string) => Promise<unknown>
}

/** The whole core, started as a user starts it, in a home of its own. */
export class StartedCore implements AsyncDisposable {
  readonly home: string
  readonly process: ChildProcess
  readonly endpoint: EndpointFile
  readonly #log: () => string

  constructor(home: string, process: ChildProcess, endpoint: EndpointFile, log: () => string) {
    this.home = home
    this.process = process
    this.endpoint = endpoint
    this.#log = log
  }

  get url(): string {
    return this.endpoint.url
  }

  get pid(): number {
    return this.endpoint.pid
  }

  /** Everything it has written, for the message of a failed test. */
  get log(): string {
    return this.#log()
  }

  /** `fetch` over the Unix socket: with the rights of the user, not of a client. */
  readonly socketFetch: typeof fetch = (input, init) => socketFetch(this.endpoint.socket)(input, init)

  async status(): Promise<Status> {
    const response = await this.socketFetch('http://impetus/api/status')
    return (await response.json()) as Status
  }

  post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    })
  }

  /** Processes that the core has started and that live. Linux only. */
  children(): number[] {
    return readdirSync('/proc').flatMap(name => {
      const pid = Number(name)
      return Number.isInteger(pid) && statOf(pid)?.parent === this.pid ? [pid] : []
    })
  }

  /** Its runner processes among them. */
  runners(): number[] {
    return this.children().filter(pid => roleOf(pid) === 'runner')
  }

  /** Open descriptors of the core. Linux only. */
  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }

  async stop(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit')
      this.process.kill('SIGTERM')
      await ended
    }
    return this.process.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.home, { recursive: true, force: true })
  }
}

/** Starts the core from its sources and waits until it listens. */
export async function startCore(options: CoreOptions = {}): Promise<StartedCore> {
  const home = await mkdtemp(join(tmpdir(), 'impetus-core-'))
  const models = join(home, 'models')
  await mkdir(models)
  await options.models?.(models)
  // One thread: two on two cores starve everything else. See docs/performance.md.
  const settings = { ...options.settings, engine: { threads: 1, ...options.settings?.engine } }
  await writeFile(join(home, 'settings.json'), JSON.stringify(settings))
  const engine = options.engine === undefined ? [] : ['--engine', options.engine]
  // Supervised: it ends with the test's process, even with one that is killed.
  const child = spawn(process.execPath, ['core/main.ts', 'serve', '--supervised', '--port', '0', ...engine], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: {
      PATH: process.env.PATH,
      HOME: home,
      IMPETUS_HOME: home,
      IMPETUS_SCRIPTED_WORD_MILLISECONDS: String(options.wordMilliseconds ?? 0),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-20_000)
    })
  }
  const endpoint = await published(join(home, 'endpoint.json'), child, () => log)
  return new StartedCore(home, child, endpoint, () => log)
}

/** Fulfils when the condition holds; says what it waited for when that takes too long. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ${milliseconds} ms: ${what}.`)
    await sleep(5)
  }
}

/** Clock ticks (10 ms) of processor time that a process has used, and its parent; undefined when it is gone. Linux only. */
export function statOf(
  pid: number,
): { readonly ticks: number; readonly parent: number; readonly state: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state = '', parent] = fields
    // A zombie has ended: its parent just has not looked yet.
    return state === 'Z'
      ? undefined
      : { ticks: Number(fields[11]) + Number(fields[12]), parent: Number(parent), state }
  } catch {
    return undefined
  }
}

function roleOf(pid: number): string | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return words[words.findIndex(word => word.endsWith('main.ts')) + 1]
  } catch {
    return undefined
  }
}

async function published(path: string, child: ChildProcess, log: () => string): Promise<EndpointFile> {
  let endpoint: EndpointFile | undefined
  await until(
    `the core to listen. It said: ${log()}`,
    () => {
      if (child.exitCode !== null) throw new Error(`The core ended with ${child.exitCode}: ${log()}`)
      try {
        endpoint = JSON.parse(readFileSync(path, 'utf8')) as EndpointFile
      } catch {
        // Not there yet.
      }
      return endpoint !== undefined
    },
    20_000,
  )
  return endpoint as EndpointFile
}
