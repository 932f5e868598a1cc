/** Bytes left to everything else when nobody has said how much models may take. */
const floor = 2 * 1024 ** 3
/** On small machines half is left instead. */
const least = 0.5

export interface MachineMemory {
  /** All of it, or a container's limit. */
  readonly total: number
  readonly platform: string
  /** What the graphics system recommends as its working set, once a runner has told; null before, and where there is none. */
  readonly workingSet: number | null
}

/** Share of a Mac's memory that its graphics system recommends, roughly; until a runner has told. */
const macShare = 0.75

/** Bytes that all loaded models may take together, where the settings do not say. */
export function defaultBudget({ total, platform, workingSet }: MachineMemory): number {
  if (workingSet !== null && workingSet > 0) return Math.min(workingSet, total)
  if (platform === 'darwin') return Math.floor(total * macShare)
  return Math.floor(Math.max(total - floor, total * least))
}
