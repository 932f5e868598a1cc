import { readdir, readFile } from 'node:fs/promises'
import type { Server, Socket } from 'node:net'

/**
 * Counts the connections of all TCP listeners together and closes those over the limit at once. The Unix socket is
 * not counted: it must answer when TCP is full.
 */
export class ConnectionGate {
  readonly #limit: number
  readonly #open = new Set<Socket>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get open(): number {
    return this.#open.size
  }

  watch(server: Server): void {
    // Before Node's own listener, so that no parser is set up for a connection that is not wanted.
    server.prependListener('connection', (socket: Socket) => {
      if (this.#open.size >= this.#limit) {
        socket.destroy()
        return
      }
      this.#open.add(socket)
      socket.once('close', () => this.#open.delete(socket))
    })
  }
}

/** Kept back for the Unix socket, the log, the database and the pipes of a runner. */
const reservedDescriptors = 24
const fewestConnections = 8

/** How many connections fit into what the system lets this process open. Pure. */
export function connectionLimit(wanted: number, descriptors: { limit: number; open: number }): number {
  const free = descriptors.limit - descriptors.open - reservedDescriptors
  return Math.max(fewestConnections, Math.min(wanted, free))
}

/** The process's limit of open files and how many are open now. Unlimited where the system does not say. */
export async function descriptors(): Promise<{ limit: number; open: number }> {
  const open = (await readdir('/dev/fd').catch(() => [])).length
  return { limit: await descriptorLimit(), open }
}

async function descriptorLimit(): Promise<number> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1]
  if (soft !== undefined) return Number(soft)
  // macOS has no /proc; Node's report knows the limit. Without the network part it costs 3 ms.
  const report = process.report as typeof process.report & { excludeNetwork: boolean }
  const { excludeNetwork } = report
  report.excludeNetwork = true
  const facts = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  report.excludeNetwork = excludeNetwork
  const limit = Number(facts.userLimits?.open_files?.soft)
  return Number.isFinite(limit) ? limit : Number.POSITIVE_INFINITY
}
