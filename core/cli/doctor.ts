import type { ExitReason } from '../contract/exit-codes.ts'
import type { Call } from './command.ts'
import { checks } from './doctor-checks.ts'
import { answer } from './output.ts'

/** What a check found. `good` needs nothing, `warning` works but not well, `bad` does not work. */
export interface Finding {
  readonly check: string
  readonly state: 'good' | 'warning' | 'bad'
  readonly message: string
  /** What to do; null when there is nothing to do. */
  readonly fix: string | null
}

export async function run(call: Call): Promise<ExitReason | undefined> {
  const findings: Finding[] = []
  for (const [name, check] of Object.entries(checks)) {
    try {
      findings.push({ check: name, ...(await check(call)) })
    } catch (error) {
      findings.push({ check: name, state: 'bad', message: (error as Error).message, fix: null })
    }
  }
  answer(call, findings, findings.map(describe).join('\n'))
  return findings.some(({ state }) => state === 'bad') ? 'failed' : undefined
}

const marks = { good: 'ok  ', warning: 'note', bad: 'BAD ' }

function describe({ check, state, message, fix }: Finding): string {
  const line = `${marks[state]}  ${check.padEnd(9)} ${message}`
  return fix === null ? line : `${line}\n                ${fix}`
}
