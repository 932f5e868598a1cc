import { styleText } from 'node:util'

/** What a figure should be. */
export type Target = { readonly atMost: number } | { readonly atLeast: number }

/** One line of the result. */
export interface Row {
  readonly benchmark: string
  readonly what: string
  readonly value: number
  readonly unit: string
  /** Absent for figures that only explain another one. */
  readonly target?: Target
  /** How it was come by: number of runs, what it is compared with. */
  readonly note?: string
}

export type Verdict = 'met' | 'missed' | 'none'

export function verdict({ value, target }: Row): Verdict {
  if (!target) return 'none'
  // Not "value > target": a figure that is not a number must not pass.
  return ('atMost' in target ? value <= target.atMost : value >= target.atLeast) ? 'met' : 'missed'
}

function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', {
    maximumSignificantDigits: 4,
    useGrouping: false,
  })
}

function targetText({ target }: Row): string {
  if (!target) return ''
  return 'atMost' in target ? `≤ ${figure(target.atMost)}` : `≥ ${figure(target.atLeast)}`
}

/** The rows as aligned text; verdicts are coloured where the terminal shows colours. */
export function formatRows(rows: readonly Row[]): string {
  const head = ['Benchmark', 'What', 'Value', 'Target', 'Verdict', 'How']
  const cells = rows.map(row => [
    row.benchmark,
    row.what,
    `${figure(row.value)} ${row.unit}`,
    targetText(row),
    verdict(row) === 'none' ? '' : verdict(row),
    row.note ?? '',
  ])
  const widths = head.map((title, place) =>
    Math.max(title.length, ...cells.map(line => (line[place] as string).length)),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, place) => text.padEnd(widths[place] as number))
      .join('  ')
      .trimEnd()
  return [
    line(head),
    ...cells.map((texts, place) => coloured(line(texts), verdict(rows[place] as Row))),
  ].join('\n')
}

function coloured(text: string, verdict: Verdict): string {
  return verdict === 'missed' ? styleText('red', text) : text
}
