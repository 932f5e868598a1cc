import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Paths, resolveHome } from '../../core/platform/paths.ts'

/** The program as it is started from its sources. */
const entry = join(import.meta.dirname, '..', '..', 'core', 'main.ts')

/** Starting takes a third of a second on a quiet machine; a busy one may need much longer. */
const patience = 15_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Answer {
  readonly status: number
  readonly body: string
  json<T>(): T
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What is piped in; absent: nothing, closed at once. */
  readonly input?: string
  readonly shell?: string
}

export interface ServeOptions extends RunOptions {
  readonly engine?: 'llama.cpp'
  readonly supervised?: false
}

/** A home in a temporary folder, and the program run on it. */
export class Sandbox implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'imp-'))
  readonly home = join(this.folder, 'home')
  readonly paths: Paths = resolveHome({ IMPETUS_HOME: this.home }, process.platform)
  readonly #cores: Core[] = []

  environment(extra: RunOptions['env'] = {}): Record<string, string> {
    const env = { PATH: process.env.PATH, HOME: this.folder, IMPETUS_HOME: this.home, ...extra }
    return Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    )
  }

  /** Runs a command to its end. */
  async run(
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<Exit & { stdout: string; stderr: string }> {
    const child = this.#spawn(args, options, 'pipe')
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', piece => (stdout += piece))
    child.stderr?.setEncoding('utf8').on('data', piece => (stderr += piece))
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input ?? '')
    const exit = await new Promise<Exit>(resolve =>
      child.once('close', (code, signal) => resolve({ code, signal })),
    )
    return { ...exit, stdout, stderr }
  }

  /**
   * Starts `serve` with the scripted engine (unless told otherwise) on a free port, and waits until it has announced
   * itself. Supervised, so that it does not outlive a test that is killed.
   */
  async serve(args: readonly string[] = [], options: ServeOptions = {}): Promise<Core> {
    const engine = options.engine === undefined ? ['--engine', 'scripted'] : []
    const supervised = options.supervised === false ? [] : ['--supervised']
    const port = args.includes('--port') || options.env?.IMPETUS_PORT ? [] : ['--port', '0']
    const core = new Core(
      this,
      this.#spawn(['serve', '--json', ...port, ...engine, ...supervised, ...args], options, 'pipe'),
    )
    this.#cores.push(core)
    await core.announced()
    return core
  }

  #spawn(args: readonly string[], options: RunOptions, stdin: 'pipe' | 'ignore'): ChildProcess {
    const env = this.environment(options.env)
    if (options.shell !== undefined) {
      return spawn('/bin/sh', ['-c', `${options.shell}; exec "$0" "$@"`, process.execPath, entry, ...args], {
        env,
        stdio: [stdin, 'pipe', 'pipe'],
      })
    }
    return spawn(process.execPath, [entry, ...args], { env, stdio: [stdin, 'pipe', 'pipe'] })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#cores.map(core => core.kill()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A core that runs. */
export class Core {
  readonly child: ChildProcess
  readonly exited: Promise<Exit>
  stdout = ''
  stderr = ''
  readonly #sandbox: Sandbox

  constructor(sandbox: Sandbox, child: ChildProcess) {
    this.#sandbox = sandbox
    this.child = child
    child.stdout?.setEncoding('utf8').on('data', piece => (this.stdout += piece))
    child.stderr?.setEncoding('utf8').on('data', piece => (this.stderr += piece))
    child.stdin?.on('error', () => {})
    this.exited = new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal })))
  }

  get pid(): number {
    return this.child.pid as number
  }

  /** What it said when it was ready. */
  get facts(): {
    url: string
    port: number
    wantedPort: number | null
    signInLink: string
    model: string
    firstStart: boolean
  } {
    return JSON.parse(this.stdout.split('\n')[0] ?? '')
  }

  get log(): string {
    return readFileSync(this.#sandbox.paths.log, 'utf8')
  }

  async announced(): Promise<void> {
    await until(
      () => this.stdout.includes('\n') || this.child.exitCode !== null || this.child.signalCode !== null,
    )
    if (!this.stdout.includes('\n'))
      throw new Error(`The core ended with code ${this.child.exitCode}:\n${this.stderr}`)
  }

  /** Over the socket, or over TCP where a header or an address needs it. */
  request(
    method: string,
    path: string,
    options: { body?: unknown; over?: 'socket' | 'tcp'; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    return send(this.#target(options.over), method, path, options)
  }

  /** A streamed chat; resolves with the answer's head, its events still to come. */
  async stream(
    words: number,
  ): Promise<{ status: number; events: AsyncIterable<string>; response: IncomingMessage }> {
    const body = { stream: true, messages: [{ role: 'user', content: `Please count to ${words}` }] }
    const response = await open(this.#target('tcp'), 'POST', '/v1/chat/completions', { body })
    return { status: response.statusCode ?? 0, events: eventsOf(response), response }
  }

  #target(over: 'socket' | 'tcp' = 'socket'): object {
    return over === 'socket'
      ? { socketPath: this.#sandbox.paths.socket }
      : { host: '127.0.0.1', port: this.facts.port }
  }

  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGCONT')
      this.child.kill('SIGKILL')
    }
    await this.exited
  }
}

interface SendOptions {
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

function open(
  target: object,
  method: string,
  path: string,
  { body, headers = {} }: SendOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const type = text === undefined ? {} : { 'content-type': 'application/json' }
    const outgoing = request(
      { ...target, method, path, agent: false, headers: { ...type, ...headers } },
      resolve,
    )
    outgoing.once('error', reject)
    outgoing.end(text)
  })
}

async function send(target: object, method: string, path: string, options: SendOptions): Promise<Answer> {
  const response = await open(target, method, path, options)
  let body = ''
  for await (const piece of response.setEncoding('utf8')) body += piece
  return { status: response.statusCode ?? 0, body, json: () => JSON.parse(body) }
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of response.setEncoding('utf8')) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data: ')) yield line.slice('data: '.length)
  }
}

/** Waits until something holds; a busy machine may take its time. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = patience): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${milliseconds} ms: ${holds}`)
    await sleep(10)
  }
}

/** Whether a process is there (a zombie is not). */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    if (process.platform === 'linux') return false
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }
}
