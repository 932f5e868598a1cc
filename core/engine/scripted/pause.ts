import { setTimeout } from 'node:timers/promises'

/** Waits; rejects with the signal's own reason (the timer's AbortError would hide it). */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (milliseconds <= 0) return
  try {
    await setTimeout(milliseconds, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
