import type { Alert, AlertKind, HistoryEvent } from '../../contract/monitoring.ts'
import type { Bus } from '../../platform/bus.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { alertTexts } from './texts.ts'

export interface BoardParts {
  readonly bus: Bus
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Where alerts outlive the core. */
  readonly store: {
    alerts(): Alert[]
    keepAlert(alert: Alert): void
    forgetAlert(id: string): void
  }
  readonly note: (event: HistoryEvent) => void
}

/** What is raised: of which kind, what about, and how bad. */
export interface Raised {
  readonly kind: AlertKind
  /** Tells alerts of one kind apart; a kind that there is only one of has none. */
  readonly key?: string
  readonly subject?: string | null
  readonly value?: number | null
  readonly threshold?: number | null
  readonly isCritical?: boolean
}

const places: Readonly<Record<AlertKind, Alert['place']>> = {
  memory: 'models',
  thermal: 'activity',
  crashLoop: 'models',
  disk: 'models',
  downloadFailed: 'models',
  keyUnused: 'connect',
  keyAbused: 'connect',
}

/** The alerts that are up. Each is told when it is raised and when it is cleared, and noted in the history. */
export class AlertBoard {
  readonly #parts: BoardParts
  readonly #active = new Map<string, Alert>()

  constructor(parts: BoardParts) {
    this.#parts = parts
  }

  start(): void {
    for (const alert of this.#parts.store.alerts()) this.#active.set(alert.id, alert)
  }

  /** The newest first. */
  list(): Alert[] {
    return [...this.#active.values()].sort((a, b) => b.raisedAt - a.raisedAt)
  }

  /** The keys of the alerts of a kind that are up. */
  keysOf(kind: AlertKind): string[] {
    return this.list().flatMap(alert => (alert.kind === kind ? alert.id.slice(kind.length + 1) : []))
  }

  /** Of one that is up already, only what is measured changes, and nothing is told unless it has become worse. */
  raise(raised: Raised): void {
    const { kind, key = '', subject = null, value = null, threshold = null, isCritical = false } = raised
    const id = idOf(kind, key)
    const before = this.#active.get(id)
    const alert: Alert = {
      id,
      kind,
      severity: isCritical ? 'critical' : 'warning',
      subject,
      value,
      threshold,
      raisedAt: before?.raisedAt ?? this.#parts.clock.now(),
      clearedAt: null,
      message: alertTexts[kind]({ subject, value, threshold }),
      place: places[kind],
    }
    this.#active.set(id, alert)
    if (before !== undefined && before.severity === alert.severity) return
    this.#keep(() => this.#parts.store.keepAlert(alert))
    if (before === undefined) {
      this.#parts.log.warn('Alert raised', { alert: id, message: alert.message })
      this.#parts.note({ time: alert.raisedAt, kind: 'alert.raised', subject: id, by: null })
    }
    this.#parts.bus.tell('alert.changed', alert)
  }

  clear(kind: AlertKind, key = ''): void {
    const id = idOf(kind, key)
    const before = this.#active.get(id)
    if (before === undefined) return
    this.#active.delete(id)
    const clearedAt = this.#parts.clock.now()
    this.#keep(() => this.#parts.store.forgetAlert(id))
    this.#parts.log.info('Alert cleared', { alert: id })
    this.#parts.note({ time: clearedAt, kind: 'alert.cleared', subject: id, by: null })
    this.#parts.bus.tell('alert.changed', { ...before, clearedAt })
  }

  /** That an alert cannot be written down is no reason not to raise it. */
  #keep(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#parts.log.error('An alert cannot be kept', error)
    }
  }
}

function idOf(kind: AlertKind, key: string): string {
  return key === '' ? kind : `${kind}:${key}`
}
