import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { temporaryHome } from './home.ts'
import type { BenchModel } from './models.ts'

/** A core that runs for a benchmark, in a process and a home of its own. */
export interface RunningCore extends AsyncDisposable {
  readonly pid: number
  readonly port: number
}

interface StartOptions {
  readonly models?: readonly BenchModel[]
  readonly flags?: readonly string[]
}

const patience = 20_000

/** Starts `impetus serve` from the built files, one thread for each model, and waits until it listens. */
export async function startCore(
  entry: string,
  { models = [], flags = [] }: StartOptions = {},
): Promise<RunningCore> {
  const home = temporaryHome(models)
  const child = spawn(process.execPath, [entry, 'serve', '--port', '0', '--threads', '1', ...flags], {
    env: home.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000)
  })
  try {
    const port = await portOf(child, path.join(home.env.IMPETUS_HOME as string, 'endpoint.json'))
    return { pid: child.pid as number, port, [Symbol.asyncDispose]: () => end(child, home) }
  } catch (error) {
    await end(child, home)
    throw new Error(`The core did not start: ${(error as Error).message}\n${said}`)
  }
}

async function portOf(child: ChildProcess, endpointFile: string): Promise<number> {
  const until = Date.now() + patience
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`)
    if (existsSync(endpointFile))
      return (JSON.parse(readFileSync(endpointFile, 'utf8')) as { port: number }).port
    await pause(10)
  }
  throw new Error(`no ${endpointFile} after ${patience} ms`)
}

async function end(child: ChildProcess, home: Disposable): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), patience)
    await gone
    clearTimeout(timer)
  }
  home[Symbol.dispose]()
}
