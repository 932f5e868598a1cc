import type { Library } from '../library/types.ts'
import type { Log } from '../platform/log.ts'
import type { Residency } from './types.ts'

/** Loads these models, one after another, before anybody asks for them. What cannot be loaded is logged. Never rejects. */
export async function preload(
  names: readonly string[],
  library: Pick<Library, 'settled' | 'resolve'>,
  residency: Residency,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (names.length === 0) return
  await library.settled()
  for (const name of names) {
    if (signal.aborted) return
    try {
      const { id } = await library.resolve(name)
      await using _lease = await residency.acquire(id, signal)
    } catch (error) {
      if (!signal.aborted) log.warn('model not preloaded', { model: name, reason: String(error) })
    }
  }
}
