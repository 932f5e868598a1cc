import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { buildCore } from '../scripts/build/core.ts'
import { inProject } from '../scripts/project.ts'
import { countTests } from '../scripts/test/swift.ts'
import { statOf, until } from './support/core.ts'
import { socketFetch } from './support/socket-fetch.ts'

/** Minutes of the soak, and runs of the series; less where somebody is in a hurry. */
const minutes = Number(process.env.IMPETUS_SOAK_MINUTES ?? 30)
const runs = Number(process.env.IMPETUS_SERIES ?? 50)
const script = inProject('scripts/swift.sh')

test(
  `the headless tray and its core stay as they are for ${minutes} minutes of loads, unloads and crashes`,
  async () => {
    const build = await buildCore()
    // The package's build folder is for one at a time: whoever runs its tests meanwhile has built it.
    if (process.env.IMPETUS_TRAY_IS_BUILT !== '1')
      expect(spawnSync(script, ['build', '--product', 'impetus-tray']).status).toBe(0)
    const home = await mkdtemp('/tmp/soak.')
    // A build of its own: old ones are removed when somebody builds anew, and half an hour is long.
    const core = path.join(inProject('build'), `soak-${process.pid}`)
    cpSync(path.dirname(build.entry), core, { recursive: true })
    await using tray = new SoakedTray(home, path.join(core, 'main.js'))
    await tray.isRunning()
    const half = (minutes * 60_000) / 2

    // First crashes: every half minute the core is killed in the middle of things.
    const trayFigures: Figures[] = []
    for (const end = performance.now() + half; performance.now() < end; ) {
      await tray.use()
      process.kill(tray.core, 'SIGKILL')
      await tray.isRunning()
      trayFigures.push(figures(tray.tray))
      await sleep(Math.min(20_000, half / 20))
    }
    // Then one core that goes on and on.
    const coreFigures: Figures[] = []
    for (const end = performance.now() + half; performance.now() < end; ) {
      await tray.use()
      coreFigures.push(figures(tray.core))
      trayFigures.push(figures(tray.tray))
      await sleep(Math.min(10_000, half / 40))
    }
    const before = statOf(tray.tray)?.ticks ?? 0
    const idleSeconds = Math.min(120, minutes * 4)
    await sleep(idleSeconds * 1000)
    const idleShare = ((statOf(tray.tray)?.ticks ?? 0) - before) / 100 / idleSeconds
    console.log(JSON.stringify({ trayFigures, coreFigures, idleShare }))

    expect(idleShare).toBeLessThanOrEqual(0.001)
    for (const series of [trayFigures, coreFigures]) {
      const [early, late] = [middle(series.slice(2, 7)), middle(series.slice(-5))]
      expect(late.descriptors).toBeLessThanOrEqual(early.descriptors + 2)
      expect(late.kilobytes).toBeLessThanOrEqual(early.kilobytes * 1.15 + 4000)
    }
    for (const folder of [home, core]) await rm(folder, { recursive: true, force: true })
  },
  (minutes + 10) * 60_000,
)

test(
  `the tests of the menu bar pass ${runs} times in a row`,
  async () => {
    await buildCore()
    expect(spawnSync(script, ['build', '--build-tests'], { stdio: 'inherit' }).status).toBe(0)
    for (let run = 1; run <= runs; run++) {
      const { stdout, status } = spawnSync(script, ['test', '--skip-build', '--no-parallel'], {
        encoding: 'utf8',
      })
      const counts = countTests(stdout)
      expect({ run, status, failed: counts.failed }, stdout.slice(-4000)).toEqual({
        run,
        status: 0,
        failed: 0,
      })
    }
  },
  runs * 15 * 60_000,
)

interface Figures {
  readonly kilobytes: number
  readonly descriptors: number
}

function figures(pid: number): Figures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    kilobytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  }
}

/** The median of each figure. */
function middle(series: readonly Figures[]): Figures {
  const median = (pick: (one: Figures) => number) =>
    series.map(pick).toSorted((a, b) => a - b)[Math.floor(series.length / 2)] ?? Number.NaN
  return { kilobytes: median(one => one.kilobytes), descriptors: median(one => one.descriptors) }
}

/** impetus-tray where Swift's libraries are: maybe in a root of its own, so its processes are looked up from outside. */
class SoakedTray implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #home: string
  #state = ''

  constructor(home: string, core: string) {
    this.#home = home
    const limits = ['--failures', '100000', '--backoff', '100', '--backoff-cap', '500']
    const words = ['--json', '--port', '0', ...limits, '--core-option', '--threads', '--core-option', '1']
    this.#child = spawn(
      script,
      ['--exec', inProject('.build/debug/impetus-tray'), ...words, '--', process.execPath, core],
      { env: { ...process.env, IMPETUS_HOME: home, HOME: home }, stdio: ['pipe', 'pipe', 'inherit'] },
    )
    createInterface({ input: this.#child.stdout! }).on('line', line => {
      const said = JSON.parse(line) as { core?: string }
      if (said.core !== undefined) this.#state = said.core
    })
  }

  get tray(): number {
    return this.#find(pid => commandOf(pid)[0]?.endsWith('/impetus-tray') ?? false)
  }

  get core(): number {
    return this.#find(pid => statOf(pid)?.parent === this.tray)
  }

  async isRunning(): Promise<void> {
    const answers = async () => {
      try {
        return this.#state === 'running' && (await this.#call('/health')).ok
      } catch {
        return false
      }
    }
    await until('the core to run', answers, 60_000)
  }

  /** A load, an answer, an unload. */
  async use(): Promise<void> {
    const post = (path: string, body: object) =>
      this.#call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    this.#child.stdin?.write('menu\n')
    expect((await post('/api/models/impetus-mini/load', {})).status).toBe(200)
    const messages = [{ role: 'user', content: 'Hello' }]
    const answer = await post('/v1/chat/completions', { max_tokens: 40, messages })
    expect(answer.status).toBe(200)
    await answer.text()
    expect((await post('/api/models/impetus-mini/unload', {})).status).toBe(200)
  }

  #call(path: string, init?: RequestInit): Promise<Response> {
    return socketFetch(`${this.#home}/impetus.sock`)(`http://impetus${path}`, init)
  }

  /** Every process of this home that lives. */
  #find(fits: (pid: number) => boolean): number {
    const pids = readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)
    const found = pids.find(pid => belongsTo(pid, this.#home) && statOf(pid) !== undefined && fits(pid))
    if (found === undefined) throw new Error(`No such process on ${this.#home}.`)
    return found
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.write('quit\n')
    await ended
  }
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function belongsTo(pid: number, home: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`IMPETUS_HOME=${home}`)
  } catch {
    return false
  }
}
