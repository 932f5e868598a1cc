import { readFileSync, statSync } from 'node:fs'
import type { Settings } from '../contract/settings.ts'
import { checkSettings, unknownKeys } from './check.ts'
import { isObject, type Leaf, type Tree } from './leaves.ts'
import { lineOf, syntaxFault } from './locate.ts'
import type { Override } from './overrides.ts'

export type FileReading =
  | { readonly state: 'missing' }
  | {
      readonly state: 'good'
      readonly file: Tree
      readonly settings: Settings
      readonly warnings: readonly string[]
    }
  /** `message` names the key and the line, or the variable or flag at fault. */
  | { readonly state: 'bad'; readonly message: string }

/** Settings are some hundred bytes; a megabyte is somebody else's file, and parsing it would hold up everything. */
const largest = 1024 * 1024

/** Reads and checks the settings file with the overrides laid over it. Never throws for what the file holds. */
export async function readSettingsFile(
  path: string,
  leaves: readonly Leaf[],
  overrides: readonly Override[],
): Promise<FileReading> {
  const bad = (message: string): FileReading => ({ state: 'bad', message: `${path}: ${message}` })
  let text: string
  try {
    const facts = statSync(path)
    if (!facts.isFile()) return bad('is not a file')
    if (facts.size > largest) return bad(`is ${facts.size} bytes long; settings have at most ${largest}`)
    // Some editors put a byte order mark before the text.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT' ? { state: 'missing' } : bad(`cannot be read (${code})`)
  }
  const value = parse(text)
  if (value === undefined) {
    const { line, message } = await syntaxFault(text)
    return bad(`line ${line}: not valid JSON: ${message}`)
  }
  if (!isObject(value)) return bad('line 1: must be an object, like { "server": { "port": 4673 } }')
  const at = async (keys: readonly PropertyKey[]): Promise<string> =>
    `line ${await lineOf(text, keys)}: "${keys.join('.')}"`
  const checked = checkSettings(value, overrides)
  if ('fault' in checked) {
    const key = checked.fault.path.join('.')
    const by = overrides.find(({ leaf }) => leaf.key === key)?.by
    if (by !== undefined) return { state: 'bad', message: `${by}: "${key}" ${checked.fault.message}` }
    return bad(`${await at(checked.fault.path)} ${checked.fault.message}`)
  }
  const warnings: string[] = []
  for (const { path: keys, meant } of unknownKeys(value, leaves)) {
    // Taken for a mere leftover, a misspelt "requireKey" would leave the door open.
    if (meant !== undefined) return bad(`${await at(keys)} is not a setting; did you mean "${meant}"?`)
    warnings.push(`${path}: ${await at(keys)} is not a setting of this version and is ignored`)
  }
  return { state: 'good', file: value, settings: checked.settings, warnings }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
