import type { Settings } from '../contract/settings.ts'
import type { Listeners } from '../http/listeners.ts'
import { PortTakenError } from '../http/port.ts'
import type { Log } from '../platform/log.ts'

/**
 * Opens Ollama's port on this machine's own addresses, where the settings ask for it. The core does its work without
 * it: that the port is taken, by Ollama most likely, is said and no more.
 *
 * @returns the port, null where there is none
 */
export async function openOllamaDoor(
  listeners: Listeners,
  { listen, port }: Settings['ollama'],
  log: Log,
): Promise<number | null> {
  if (!listen) return null
  try {
    const bound = await listeners.listenTcp({ port, host: '127.0.0.1', tls: null })
    return bound.port
  } catch (error) {
    if (!(error instanceof PortTakenError)) throw error
    log.warn(`${error.message} Impetus does not answer there: end that program, or set ollama.port.`)
    return null
  }
}
