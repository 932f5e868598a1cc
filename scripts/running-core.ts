import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { temporaryHome } from './temporary-home.ts'

/** A core that runs in a process and a home of its own, as `impetus serve` does for people. */
export interface RunningCore extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly home: string
  /** Good once, for ten minutes. */
  readonly signInLink: string
}

interface StartOptions {
  /** Paths of model files that it finds. */
  readonly models?: readonly string[]
  readonly flags?: readonly string[]
  /** Besides what its home needs. */
  readonly env?: Readonly<Record<string, string>>
}

/** What `impetus serve --json` says when it listens, as far as it is used here. */
interface Announcement {
  readonly url: string
  readonly port: number
  readonly signInLink: string
}

const patience = 20_000

/**
 * Starts a core on a free port, with one thread for each model, and waits until it listens.
 *
 * @param entry core/main.ts or the built main.js
 */
export async function startCore(
  entry: string,
  { models = [], flags = [], env = {} }: StartOptions = {},
): Promise<RunningCore> {
  const place = temporaryHome(models)
  const child = spawn(
    process.execPath,
    [entry, 'serve', '--json', '--supervised', '--port', '0', '--threads', '1', ...flags],
    // Supervised: it ends with this process, even with one that is killed.
    { env: { ...place.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000)
  })
  try {
    const { url, port, signInLink } = await announced(child)
    return {
      pid: child.pid as number,
      port,
      url,
      home: place.home,
      signInLink,
      [Symbol.asyncDispose]: () => end(child, place),
    }
  } catch (error) {
    await end(child, place)
    throw new Error(`The core did not start: ${(error as Error).message}\n${said}`)
  }
}

async function announced(child: ChildProcess): Promise<Announcement> {
  const { promise, resolve, reject } = Promise.withResolvers<Announcement>()
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part
    const end = text.indexOf('\n')
    if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as Announcement)
  })
  child.on('exit', code => reject(new Error(`it ended with code ${code}`)))
  const timer = setTimeout(() => reject(new Error(`it said nothing for ${patience} ms`)), patience)
  return promise.finally(() => clearTimeout(timer))
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
