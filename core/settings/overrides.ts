import { delimiter } from 'node:path'
import { z } from 'zod'
import type { ExitReason } from '../contract/exit-codes.ts'
import { ExitError } from '../platform/exit.ts'
import type { Environment } from '../platform/paths.ts'
import type { Leaf } from './leaves.ts'

/** A value that stands over the file, and the name of what decided it. */
export interface Override {
  readonly leaf: Leaf
  readonly value: unknown
  /** `IMPETUS_PORT` or `--port`. */
  readonly by: string
}

export type Flags = Readonly<Record<string, string | undefined>>

/**
 * What the environment and the flags decide; a flag wins over a variable.
 *
 * @throws ExitError `configuration` for a bad variable, `usage` for a bad flag
 */
export function readOverrides(leaves: readonly Leaf[], env: Environment, flags: Flags): Override[] {
  const overrides: Override[] = []
  for (const leaf of leaves) {
    const flag = leaf.flag === undefined ? undefined : flags[leaf.flag]
    const variable = leaf.env === undefined ? undefined : env[leaf.env]
    if (flag !== undefined) overrides.push(read(leaf, flag, `--${leaf.flag}`, 'usage'))
    // An empty variable is how shells and service files say "not set".
    else if (variable) overrides.push(read(leaf, variable, `${leaf.env}`, 'configuration'))
  }
  return overrides
}

function read(leaf: Leaf, text: string, by: string, reason: ExitReason): Override {
  for (const candidate of readings(text)) {
    const parsed = leaf.schema.safeParse(candidate)
    if (parsed.success) return { leaf, value: parsed.data, by }
  }
  const problem = leaf.schema.safeParse(asJson(text) ?? text).error
  const message = problem === undefined ? 'not a good value' : z.prettifyError(problem).replace(/^✖ /, '')
  throw new ExitError(reason, `${by} is "${text}": ${message}.`)
}

/** What a text can mean, the plainest first: `8080` stays a text where a text is wanted. */
function* readings(text: string): Generator<unknown> {
  yield text
  const json = asJson(text)
  if (json !== undefined && typeof json !== 'string') yield json
  if (text === '1' || text === '0') yield text === '1'
  yield text.split(delimiter).filter(part => part !== '')
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
