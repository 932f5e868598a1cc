import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../../platform/database.ts'
import type { FactsState } from '../types.ts'

/** Raised when the inspector says more, or something else, of the same file. */
const readerVersion = 1

const stored = z.object({
  architecture: z.string(),
  name: z.string().nullable(),
  parameters: z.number(),
  quantization: z.string(),
  trainedContextLength: z.number(),
  vocabularySize: z.number(),
  kind: z.enum(['text', 'embedding', 'reranking', 'other']),
  templateError: z.string().nullable(),
  hasChatTemplate: z.boolean(),
  supportsTools: z.boolean(),
  supportsInfill: z.boolean(),
  license: z.string().nullable(),
  tensors: z.number(),
})

/** What the inspector has said of files, so that a restart does not read thousands of them again. */
export class FactsStore {
  readonly #database: Database
  readonly #reader: string

  /** @param version of Impetus: another one may read the same file differently */
  constructor(database: Database, version: string) {
    this.#database = database
    this.#reader = `${version} ${readerVersion}`
  }

  get(fingerprint: string): FactsState {
    const row = this.#database.get(
      `SELECT facts, reason, text FROM library_facts LEFT JOIN library_templates ON hash = template
       WHERE fingerprint = ? AND reader = ?`,
      fingerprint,
      this.#reader,
    )
    if (row === undefined) return { state: 'unknown' }
    if (row.reason !== null) return { state: 'invalid', reason: String(row.reason) }
    const facts = stored.safeParse(JSON.parse(String(row.facts)))
    if (!facts.success) return { state: 'unknown' }
    const chatTemplate = row.text === null ? null : String(row.text)
    return { state: 'known', facts: { ...facts.data, chatTemplate } }
  }

  save(fingerprint: string, state: FactsState, now: number): void {
    if (state.state === 'unknown') return
    const known = state.state === 'known' ? state.facts : undefined
    const template = known?.chatTemplate ?? null
    const { chatTemplate: _, ...facts } = known ?? { chatTemplate: null }
    const hash = template === null ? null : createHash('sha256').update(template).digest('hex')
    this.#database.transaction(() => {
      // Hundreds of models have the same few templates.
      if (hash !== null)
        this.#database.run('INSERT OR IGNORE INTO library_templates VALUES (?, ?)', hash, template)
      this.#database.run(
        'INSERT OR REPLACE INTO library_facts VALUES (?, ?, ?, ?, ?, ?)',
        fingerprint,
        this.#reader,
        known === undefined ? null : JSON.stringify(facts),
        state.state === 'invalid' ? state.reason : null,
        hash,
        now,
      )
    })
  }

  /** Forgets what nobody has asked for in so long that the file must be gone. */
  sweep(before: number): void {
    this.#database.run('DELETE FROM library_facts WHERE read_at < ?', before)
    this.#database.run(
      'DELETE FROM library_templates WHERE hash NOT IN (SELECT template FROM library_facts WHERE template IS NOT NULL)',
    )
  }
}
