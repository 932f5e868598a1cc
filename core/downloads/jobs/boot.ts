import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/** How far a start time computed twice may be apart: clocks are set while a system runs. */
const toleranceSeconds = 30

/**
 * Names this run of the operating system. Bytes that were written but not synced outlive a killed process, but not a
 * loss of power; whoever reads a record must know which of the two came between.
 */
export function bootIdentity(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Not Linux: the moment the system was started.
    return String(Math.round(Date.now() / 1000 - uptime()))
  }
}

export function isSameBoot(one: string, other: string): boolean {
  return one === other || Math.abs(Number(one) - Number(other)) <= toleranceSeconds
}
