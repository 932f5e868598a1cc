import { totalmem } from 'node:os'

/** Share of a Mac's memory that a model may take: what Metal recommends as its working set, roughly. */
const macShare = 0.75

/** Bytes that a model may take now. A control group's limit counts. */
export function availableMemory(): number {
  // macOS keeps hardly any memory free and gives up its caches on demand, so what is free there says nothing.
  if (process.platform === 'darwin') return totalmem() * macShare
  return process.availableMemory()
}
