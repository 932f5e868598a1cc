import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { getStatus, type Status } from '../contract/status.ts'
import { isHealthy } from '../platform/database-health.ts'
import { ExitError } from '../platform/exit.ts'
import { freeMemory, totalMemory } from '../platform/memory.ts'
import { missingOn, thisMachine } from '../platform/supported.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import type { Finding } from './doctor.ts'
import { readableBytes } from './output.ts'

type Result = Omit<Finding, 'check'>
type Check = (call: Call) => Result | Promise<Result>

const good = (message: string): Result => ({ state: 'good', message, fix: null })
const warning = (message: string, fix: string): Result => ({ state: 'warning', message, fix })
const bad = (message: string, fix: string): Result => ({ state: 'bad', message, fix })

const longestSocketPath = 103
const gigabyte = 1e9

/** Every check, in the order they are shown. None changes anything. */
export const checks: Readonly<Record<string, Check>> = {
  machine({ env }) {
    const machine = thisMachine(env)
    const missing = missingOn(machine)
    if (missing === undefined) return good(`${machine.platform} on ${machine.arch}`)
    return bad(
      missing,
      'Use a Mac with Apple silicon or x86-64 Linux with glibc; IMPETUS_UNSUPPORTED=1 tries all the same.',
    )
  },

  home(call) {
    const { home } = call.paths()
    if (!existsSync(home)) return good(`${home} is not there yet; the first start makes it`)
    const { uid, mode } = statSync(home)
    const mine = process.getuid?.()
    if (mine !== undefined && uid !== mine)
      return bad(`${home} belongs to another user`, `Run: sudo chown -R "$USER" '${home}'`)
    const probe = join(home, `.doctor-${process.pid}`)
    try {
      writeFileSync(probe, '')
      rmSync(probe)
    } catch (error) {
      return bad(
        `${home} cannot be written (${(error as NodeJS.ErrnoException).code})`,
        'Change its permissions, free some space, or set IMPETUS_HOME to another folder.',
      )
    }
    if ((mode & 0o077) !== 0) return warning(`${home} can be read by others`, `Run: chmod 700 '${home}'`)
    return good(home)
  },

  socket(call) {
    const { socket } = call.paths()
    const bytes = Buffer.byteLength(socket)
    if (bytes > longestSocketPath)
      return bad(
        `The path of the socket is ${bytes} bytes long; ${longestSocketPath} are possible`,
        'Set IMPETUS_HOME to a shorter path.',
      )
    return good(socket)
  },

  async settings(call) {
    const { problem, warnings } = await call.tools.checkSettings(call.paths().settings, call.env)
    if (problem !== null) return bad(problem, 'Mend the file; nothing is changed by itself.')
    if (warnings.length > 0) return warning(warnings.join('; '), 'Remove what is not known.')
    return good('read without a fault')
  },

  database(call) {
    const found = isHealthy(call.paths().database)
    if (found.state === 'missing') return good('not there yet; the first start makes it')
    if (found.state === 'good') return good('sound')
    return bad(
      `damaged: ${found.reason}`,
      'Start Impetus: it moves the file aside and restores the newest backup.',
    )
  },

  async core(call) {
    const status = await statusOf(call)
    if (typeof status === 'string') {
      const [what, ...fix] = status.split('. ')
      return warning(what ?? status, fix.join('. '))
    }
    return good(`${status.version} runs at ${status.address.url} (process ${status.pid})`)
  },

  async port(call) {
    if (typeof (await statusOf(call)) !== 'string') return good('held by the running core')
    const { port } = await call.tools.checkSettings(call.paths().settings, call.env)
    if (await isFree(port)) return good(`${port} is free`)
    const holder = await call.tools.findPortHolder(port)
    const who = holder === null ? 'another program' : `${holder.name} (process ${holder.pid})`
    return warning(
      `${port} is taken by ${who}`,
      'Impetus will take the next free one; end that program, or choose another with "impetus serve --port".',
    )
  },

  async engine(call) {
    const { works, message } = await call.tools.checkEngine()
    if (works) return good(message)
    return bad(
      message,
      'Run "npm start" again to install what is missing. The server runs all the same, without answers.',
    )
  },

  disk(call) {
    const place = nearest(call.paths().home)
    const { bavail, bsize } = statfsSync(place)
    const free = bavail * bsize
    if (free < 0.1 * gigabyte)
      return bad(
        `${readableBytes(free)} free at ${place}`,
        'Free some space: settings and logs cannot be written soon.',
      )
    if (free < 5 * gigabyte)
      return warning(`${readableBytes(free)} free at ${place}`, 'Most models need more; free some space.')
    return good(`${readableBytes(free)} free`)
  },

  memory() {
    const total = totalMemory()
    const text = `${readableBytes(freeMemory())} of ${readableBytes(total)} free`
    if (total < 4 * gigabyte) return warning(text, 'Only very small models fit.')
    return good(text)
  },
}

/** The status, or why there is none. */
async function statusOf(call: Call): Promise<Status | string> {
  try {
    return await new CoreClient(call.paths()).call(getStatus, { patience: 3000 })
  } catch (error) {
    if (error instanceof ExitError) return error.message
    throw error
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}

function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path))
}
