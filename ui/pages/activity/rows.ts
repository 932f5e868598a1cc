import type { Row } from '../../requests.ts'

export const outcomes = ['all', 'running', 'finished', 'cancelled', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

/** What is left of the rows, the newest first. Lines that say something is missing stay. Pure. */
export function chosenRows(rows: readonly Row[], outcome: Outcome, text: string): readonly Row[] {
  const wanted = text.trim().toLowerCase()
  return rows
    .filter(row => {
      if ('gap' in row) return true
      if (outcome !== 'all' && (row.end?.outcome ?? 'running') !== outcome) return false
      return `${row.model} ${row.client} ${row.route}`.toLowerCase().includes(wanted)
    })
    .toReversed()
}
