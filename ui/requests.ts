import type { TopicData } from '../core/contract/events.ts'
import type { Heard, Live } from './live.ts'

export interface RequestRow {
  readonly id: string
  readonly model: string
  readonly route: string
  readonly client: string | null
  readonly keyName: string | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Null while it runs. */
  readonly end: TopicData<'request.finished'> | null
}

/** A line that says that rows are missing here. */
export interface GapRow {
  readonly id: string
  readonly gap: true
}

export type Row = RequestRow | GapRow

const mostRows = 500

/** What one fact makes of the rows, oldest first. Pure. */
export function withFact(rows: readonly Row[], heard: Heard, gapId: string): readonly Row[] {
  switch (heard.topic) {
    case 'gap':
      return rows.length === 0 ? rows : [...rows, { id: gapId, gap: true }]
    case 'request.started': {
      if (rows.some(({ id }) => id === heard.data.id)) return rows
      return [...rows, { ...heard.data, startedAt: heard.time, finishedAt: null, end: null }].slice(-mostRows)
    }
    case 'request.finished': {
      const { id, model, route, client, keyName } = heard.data
      const known = rows.find((row): row is RequestRow => row.id === id && !('gap' in row))
      const row = {
        id,
        model,
        route,
        client,
        keyName,
        startedAt: null,
        ...known,
        finishedAt: heard.time,
        end: heard.data,
      }
      return known ? rows.map(other => (other === known ? row : other)) : [...rows, row].slice(-mostRows)
    }
    default:
      return rows
  }
}

/** Tokens a second while an answer was written; null where there is too little to tell. */
export function speedOf(end: TopicData<'request.finished'> | null): number | null {
  if (end === null || end.firstTokenMilliseconds === null || end.completionTokens < 2) return null
  const seconds = (end.milliseconds - end.firstTokenMilliseconds) / 1000
  return seconds > 0 ? (end.completionTokens - 1) / seconds : null
}

/** The requests of this run of the core, as its facts tell of them. Filled in once for a burst of facts. */
export class RequestLog {
  #rows: readonly Row[] = []
  #shown: readonly Row[] = []
  #gaps = 0
  #timer: number | undefined
  #stop: (() => void) | undefined
  readonly #watchers = new Set<() => void>()

  start(live: Live): void {
    this.#stop = live.listen(heard => {
      const rows = withFact(this.#rows, heard, `gap ${this.#gaps++}`)
      if (rows === this.#rows) return
      this.#rows = rows
      this.#timer ??= setTimeout(() => this.#show(), 100)
    })
  }

  stop(): void {
    this.#stop?.()
    clearTimeout(this.#timer)
  }

  readonly get = (): readonly Row[] => this.#shown

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #show(): void {
    this.#timer = undefined
    this.#shown = this.#rows
    for (const watcher of this.#watchers) watcher()
  }
}
