import { open } from 'node:fs/promises'
import { type AuditEntry, auditEntry } from '../contract/audit.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import type { LogFields } from '../platform/log.ts'
import { Budget } from './budget.ts'

export type AuditEvent =
  | 'host.refused'
  | 'origin.refused'
  | 'request.refused'
  | 'key.created'
  | 'key.revoked'
  | 'key.refused'
  | 'key.limited'
  | 'keys.restored'
  | 'sign-in.done'
  | 'sign-in.refused'
  | 'session.revoked'
  | 'settings.changed'
  | 'model.loaded'
  | 'model.crashed'
  | 'model.quarantined'
  | 'model.deleted'
  | 'model.converted'
  | 'model.restored'
  | 'model.renamed'
  | 'model.labelled'
  | 'model.imported'
  | 'model.exported'
  | 'hub.token-kept'
  | 'hub.token-removed'
  | 'model.deduplicated'

export interface AuditParts {
  readonly file: { write(line: string): void }
  readonly path: string
  readonly bus: Bus
  readonly clock: Clock
}

/** A flood of refusals must not fill the disk, nor push other events out of the files: each event has its own budget. */
const burst = 60
const perSecond = 1

/** What was done and refused, in a log of its own: `logs/audit.jsonl`. */
export class Audit {
  readonly #parts: AuditParts
  readonly #budgets = new Map<AuditEvent, Budget>()
  #stopListening: (() => void) | undefined

  constructor(parts: AuditParts) {
    this.#parts = parts
  }

  start(): void {
    const { bus } = this.#parts
    this.#stopListening = bus.listen((topic, data) => {
      if (topic === 'settings.changed' && 'keys' in data) {
        this.record('settings.changed', { keys: data.keys.join(', ') })
      }
      if (topic === 'model.changed' && 'model' in data && 'reason' in data) {
        const event = modelEvents[data.state]
        if (event) this.record(event, { model: data.model, reason: data.reason })
      }
    })
  }

  stop(): void {
    this.#stopListening?.()
  }

  /** Writes one line at once; in a flood only the number of the entries left out. Never a key, a prompt or a path. */
  record(event: AuditEvent, fields: LogFields = {}): void {
    const { clock, file, bus } = this.#parts
    const budget = this.#budget(event)
    const allowed = budget.take(clock.monotonic())
    if (allowed === null) return
    const entry = {
      time: clock.now(),
      event,
      ...(allowed.suppressed > 0 && { suppressed: allowed.suppressed }),
      fields: cut(fields),
    }
    file.write(`${JSON.stringify(entry)}\n`)
    bus.tell('audit.recorded', { event })
  }

  /** The newest first, from the end of the current file. */
  async latest(limit: number): Promise<AuditEntry[]> {
    const text = await readEnd(this.#parts.path, 512 * limit)
    const entries = text.split('\n').flatMap(line => parseEntry(line) ?? [])
    return entries.slice(-limit).reverse()
  }

  #budget(event: AuditEvent): Budget {
    let budget = this.#budgets.get(event)
    if (!budget) {
      budget = new Budget(burst, perSecond)
      this.#budgets.set(event, budget)
    }
    return budget
  }
}

const modelEvents: Partial<Record<string, AuditEvent>> = {
  loaded: 'model.loaded',
  crashed: 'model.crashed',
  quarantined: 'model.quarantined',
}

/** Fields can hold what a stranger sent. */
const longestField = 200

function cut(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, longestField) : value]),
  )
}

function parseEntry(line: string): AuditEntry | null {
  try {
    return auditEntry.parse(JSON.parse(line))
  } catch {
    // The first line is cut where reading began, and the writer notes lost lines in a form of its own.
    return null
  }
}

async function readEnd(path: string, bytes: number): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
  await using handle = file
  const { size } = await handle.stat()
  const length = Math.min(size, bytes)
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.toString('utf8')
}
