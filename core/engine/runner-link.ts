import type { RoleProcess } from '../platform/child.ts'
import type { Log } from '../platform/log.ts'
import type { Ended } from './engine.ts'
import { encodeFrame, FrameDecoder } from './frames.ts'
import { type CoreMessage, isRunnerMessage, type RunnerMessage } from './protocol.ts'
import { hungStep, Silence, type WatchdogLimits } from './watchdog.ts'

/**
 * The core's end of one runner process: frames in and out, its log, its watchdog, its death. Knows nothing of what
 * the messages mean beyond the heartbeat.
 */
export class RunnerLink {
  readonly pid: number
  /** Fulfils once, when the process is gone. */
  readonly ended: Promise<Ended>
  readonly #child: RoleProcess
  readonly #limits: WatchdogLimits
  readonly #silence: Silence
  readonly #onMessage: (message: RunnerMessage) => void
  #verdict: Ended | undefined

  constructor(
    child: RoleProcess,
    limits: WatchdogLimits,
    log: Log,
    onMessage: (message: RunnerMessage) => void,
  ) {
    this.#child = child
    this.#limits = limits
    this.#onMessage = onMessage
    this.pid = child.pid
    this.#silence = new Silence(limits, reason => this.kill({ by: 'hang', reason }))
    this.ended = this.#watch(log)
  }

  send(message: CoreMessage): void {
    if (this.#verdict === undefined) this.#pipe.write(encodeFrame(message))
  }

  /** Ends the process at once; the first verdict is the one that `ended` tells. */
  kill(verdict: Ended): void {
    this.#verdict ??= verdict
    this.#child.process.kill('SIGKILL')
  }

  /** Lets the process end by itself, and kills it if it has not within `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    this.#verdict ??= { by: 'dispose' }
    this.#pipe.end()
    this.#child.stdin.end()
    const timer = setTimeout(() => this.#child.process.kill('SIGKILL'), grace)
    await this.ended
    clearTimeout(timer)
  }

  get #pipe(): RoleProcess['extraPipes'][number] {
    const [pipe] = this.#child.extraPipes
    if (pipe === undefined) throw new Error('A runner needs a pipe of its own.')
    return pipe
  }

  async #watch(log: Log): Promise<Ended> {
    this.#child.stdout.resume()
    forwardLog(this.#child, log)
    const decoder = new FrameDecoder()
    this.#pipe.on('data', chunk => {
      this.#silence.heard()
      try {
        for (const message of decoder.push(chunk)) this.#take(message)
      } catch (error) {
        log.error('A runner broke the protocol', error)
        this.kill({ by: 'crash', reason: 'it sent what no runner sends' })
      }
    })
    const { code, signal } = await this.#child.ended
    this.#silence.stop()
    this.#pipe.destroy()
    return (
      this.#verdict ?? {
        by: 'crash',
        reason: signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`,
      }
    )
  }

  #take(message: unknown): void {
    if (!isRunnerMessage(message)) throw new Error('not a runner message')
    if (message.t !== 'beat') {
      this.#onMessage(message)
      return
    }
    const reason = hungStep(message.step, message.lastStep, this.#limits)
    if (reason !== undefined) this.kill({ by: 'hang', reason })
  }
}

/** The runner's JSON lines into the core's log; anything else it says is native code's last words. */
function forwardLog(child: RoleProcess, log: Log): void {
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()?.slice(0, 10_000) ?? ''
    for (const line of lines) if (line !== '') logLine(line, log)
  })
}

function logLine(line: string, log: Log): void {
  try {
    const { level, message } = JSON.parse(line) as { level?: unknown; message?: unknown }
    if (level === 'error') log.error(String(message))
    else if (level === 'warn') log.warn(String(message))
    else log.debug(String(message))
  } catch {
    log.warn(line.slice(0, 1000))
  }
}
