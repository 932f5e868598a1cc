import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readCollection } from './collection.ts'
import { conversations } from './conversations.ts'
import { prepare, variablesFor } from './prepare.ts'

/**
 * Makes reference.json anew: what Python's Jinja renders of the collected templates, as hashes.
 * `node scripts/templates/reference.ts`; needs Debian's python3-jinja2 at /usr/bin/python3.
 */
export const referenceFile = path.join(import.meta.dirname, 'reference.json')

/** The day on which all templates are rendered. */
export const now = '2026-01-02T03:04:05'

export interface Reference {
  readonly jinja2: string
  /**
   * For each case three words: hash of what the template was given (when that changes, the table must be made anew),
   * hash of what Python rendered or '-', and what reference.py had to do otherwise than Transformers or '-'.
   */
  readonly templates: Readonly<
    Record<string, { readonly source: string; readonly cases: Readonly<Record<string, string>> }>
  >
}

export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

interface Answer {
  readonly text?: string
  readonly error?: string
  readonly deviates?: readonly string[]
}

async function main(): Promise<void> {
  const given: Record<string, { source: string; cases: Record<string, unknown> }> = {}
  for (const { name, source } of readCollection()) {
    const cases: Record<string, unknown> = {}
    try {
      const prepared = await prepare(source)
      for (const conversation of conversations) {
        cases[conversation.name] = await variablesFor(prepared, conversation)
      }
    } catch (error) {
      console.error(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
      continue
    }
    given[name] = { source, cases }
  }
  const input = JSON.stringify({ now, templates: given })
  const python = (args: readonly string[], text = ''): string =>
    execFileSync('/usr/bin/python3', args, { input: text, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
  const answers = JSON.parse(python([path.join(import.meta.dirname, 'reference.py')], input)) as Record<
    string,
    Record<string, Answer>
  >
  const templates = Object.entries(given).map(([name, { source, cases }]) => {
    const entries = Object.entries(cases).map(([each, variables]) => {
      const { text, deviates = [] } = answers[name]?.[each] ?? {}
      const words = [
        hash(JSON.stringify(variables)),
        text === undefined ? '-' : hash(text),
        deviates.join('+') || '-',
      ]
      return [each, words.join(' ')] as const
    })
    return [name, { source: hash(source), cases: Object.fromEntries(entries) }] as const
  })
  const reference: Reference = {
    jinja2: python(['-c', 'import jinja2; print(jinja2.__version__)']).trim(),
    templates: Object.fromEntries(templates),
  }
  writeFileSync(referenceFile, `${JSON.stringify(reference, undefined, 2)}\n`)
}

if (import.meta.main) await main()
