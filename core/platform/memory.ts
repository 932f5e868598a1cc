import { totalmem } from 'node:os'

/** Bytes this process may use: the machine's memory, or less in a container that is limited. */
export function totalMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Bytes that are free for this process now. */
export function freeMemory(): number {
  return process.availableMemory()
}
