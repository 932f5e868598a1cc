import {
  type Alert,
  alert,
  figureNames,
  figures,
  type HistoryEvent,
  type HistoryEventKind,
  historyEventKinds,
  type MonitoringSample,
} from '../../contract/monitoring.ts'
import type { Database, Row } from '../../platform/database.ts'

/** A request's figures, as they are kept. Never its words. */
export interface StoredRequest {
  readonly id: string
  /** When it came, in milliseconds since 1970. */
  readonly time: number
  readonly model: string
  readonly client: string | null
  readonly state: 'finished' | 'cancelled' | 'failed'
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly completionTokens: number
  /** Milliseconds, by the engine; null where it does not tell. */
  readonly prefill: number | null
  readonly decode: number | null
  /** Why not more of the prompt was reused. */
  readonly cause: string | null
}

const migrations = [
  `CREATE TABLE monitoring_samples (
     step INTEGER NOT NULL, time INTEGER NOT NULL, seconds REAL NOT NULL,
     cpu REAL, memoryUsed REAL, modelsMemory REAL, gpu REAL, gpuMemory REAL, temperature REAL, thermal REAL,
     watts REAL, charge REAL, diskFree REAL, running REAL, waiting REAL, written REAL, prompt REAL, cached REAL,
     finished REAL, failed REAL,
     PRIMARY KEY (step, time)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE monitoring_requests (
     id TEXT NOT NULL, time INTEGER NOT NULL, model TEXT NOT NULL, client TEXT, state TEXT NOT NULL,
     prompt_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
     prefill REAL, decode REAL, cause TEXT
   ) STRICT;
   CREATE INDEX monitoring_requests_time ON monitoring_requests (time);
   CREATE TABLE monitoring_events (
     time INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT, by TEXT
   ) STRICT;
   CREATE INDEX monitoring_events_time ON monitoring_events (time);
   CREATE TABLE monitoring_alerts (id TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
]

const columns = ['time', 'seconds', ...figureNames]
const insertSample = `INSERT OR REPLACE INTO monitoring_samples (step, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})`

const mergedFigures = figureNames.map(name => {
  if (figures[name].is === 'sum') return `sum(${name}) AS ${name}`
  if (figures[name].is === 'most') return `max(${name}) AS ${name}`
  // Weighted by the time that it was known for.
  return `sum(${name} * seconds) / sum(iif(${name} IS NULL, NULL, seconds)) AS ${name}`
})
const selectMerged = `SELECT (time + CAST(? AS INTEGER)) / CAST(? AS INTEGER) * CAST(? AS INTEGER) AS end, sum(seconds) AS seconds, ${mergedFigures.join(', ')}
  FROM monitoring_samples WHERE time > ? AND time <= ? GROUP BY end ORDER BY end`

/** The tables of the history. Each call is one step of SQLite; transactions are the caller's. */
export class HistoryStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  start(): void {
    this.#database.migrate('monitoring', migrations)
  }

  transaction(work: () => void): void {
    this.#database.transaction(work)
  }

  addSample(step: number, sample: MonitoringSample): void {
    const values = columns.map(name => sample[name as keyof MonitoringSample])
    this.#database.run(insertSample, step, ...values)
  }

  /** Of one tier, up to and with `to`, the oldest first. */
  samplesOf(step: number, to: number): MonitoringSample[] {
    return this.#database
      .all('SELECT * FROM monitoring_samples WHERE step = ? AND time <= ? ORDER BY time', step, to)
      .map(toSample)
  }

  removeSamples(step: number, to: number): void {
    this.#database.run('DELETE FROM monitoring_samples WHERE step = ? AND time <= ?', step, to)
  }

  /**
   * Of all tiers, after `from` up to and with `to`, merged by SQLite as `merged` does it: five times as fast, and all
   * there is are ten thousand rows.
   */
  mergedSamples(from: number, to: number, step: number): MonitoringSample[] {
    return this.#database.all(selectMerged, step - 1, step, step, from, to).map(toSample)
  }

  addRequest(request: StoredRequest): void {
    const { id, time, model, client, state } = request
    const { promptTokens, cachedTokens, completionTokens, prefill, decode, cause } = request
    this.#database.run(
      'INSERT INTO monitoring_requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[id, time, model, client, state],
      ...[promptTokens, cachedTokens, completionTokens, prefill, decode, cause],
    )
  }

  /** The newest first. */
  requests(from: number, limit: number): StoredRequest[] {
    return this.#database
      .all('SELECT * FROM monitoring_requests WHERE time >= ? ORDER BY time DESC LIMIT ?', from, limit)
      .map(toRequest)
  }

  addEvent({ time, kind, subject, by }: HistoryEvent): void {
    this.#database.run('INSERT INTO monitoring_events VALUES (?, ?, ?, ?)', time, kind, subject, by)
  }

  /** The newest first. */
  events(from: number, to: number, limit: number): HistoryEvent[] {
    return this.#database
      .all(
        'SELECT * FROM monitoring_events WHERE time >= ? AND time <= ? ORDER BY time DESC, rowid DESC LIMIT ?',
        from,
        to,
        limit,
      )
      .flatMap(row => toEvent(row) ?? [])
  }

  /** Forgets requests and events from before `time`, and the oldest where there are more than `most` of either. */
  removeOld(time: number, most: number): void {
    for (const table of ['monitoring_requests', 'monitoring_events']) {
      this.#database.run(`DELETE FROM ${table} WHERE time < ?`, time)
      this.#database.run(`DELETE FROM ${table} WHERE rowid <= (SELECT max(rowid) FROM ${table}) - ?`, most)
    }
  }

  keepAlert(alert: Alert): void {
    this.#database.run(
      'INSERT OR REPLACE INTO monitoring_alerts VALUES (?, ?)',
      alert.id,
      JSON.stringify(alert),
    )
  }

  forgetAlert(id: string): void {
    this.#database.run('DELETE FROM monitoring_alerts WHERE id = ?', id)
  }

  /** Those that had not been cleared when the core ended. */
  alerts(): Alert[] {
    return this.#database.all('SELECT data FROM monitoring_alerts').flatMap(({ data }) => {
      const parsed = alert.safeParse(JSON.parse(String(data)))
      return parsed.success ? [parsed.data] : []
    })
  }
}

function number(value: Row[string] | undefined): number | null {
  return typeof value === 'number' ? value : null
}

function text(value: Row[string] | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function toSample(row: Row): MonitoringSample {
  const values = figureNames.map(name => [name, number(row[name])])
  return {
    time: Number(row.end ?? row.time),
    seconds: Number(row.seconds),
    ...(Object.fromEntries(values) as Pick<MonitoringSample, (typeof figureNames)[number]>),
  }
}

function toRequest(row: Row): StoredRequest {
  return {
    id: String(row.id),
    time: Number(row.time),
    model: String(row.model),
    client: text(row.client),
    state: row.state as StoredRequest['state'],
    promptTokens: Number(row.prompt_tokens),
    cachedTokens: Number(row.cached_tokens),
    completionTokens: Number(row.completion_tokens),
    prefill: number(row.prefill),
    decode: number(row.decode),
    cause: text(row.cause),
  }
}

/** Undefined for a kind that only a newer Impetus knows. */
function toEvent(row: Row): HistoryEvent | undefined {
  const kind = historyEventKinds.find((one): one is HistoryEventKind => one === row.kind)
  if (kind === undefined) return undefined
  return { time: Number(row.time), kind, subject: text(row.subject), by: text(row.by) }
}
