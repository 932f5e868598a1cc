import type { Download } from '../../contract/downloads.ts'
import type { Topic, TopicData } from '../../contract/events.ts'
import type { KeyInfo } from '../../contract/keys.ts'
import type { Settings } from '../../contract/settings.ts'
import { AlertBoard, type BoardParts } from './board.ts'
import { afterMeasuring, atRest, type LevelState } from './level.ts'
import { type LevelInput, type LevelKind, levels } from './levels.ts'
import { Window } from './window.ts'

export interface AlertParts extends BoardParts {
  readonly settings: () => Settings['alerts']
  /** The keys that are valid or expired. */
  readonly keys: () => readonly KeyInfo[]
  readonly downloads: () => readonly Pick<Download, 'id' | 'name' | 'state'>[]
}

const day = 24 * 3600 * 1000
const windowMilliseconds = 600_000
const keyLookMilliseconds = 3600_000

/** Turns what is measured and what the bus tells into alerts. */
export class Alerts {
  readonly board: AlertBoard
  readonly #parts: AlertParts
  readonly #levels: Record<LevelKind, LevelState> = { memory: atRest, thermal: atRest, disk: atRest }
  readonly #crashes = new Map<string, Window>()
  readonly #setAside = new Set<string>()
  readonly #refused = new Window(windowMilliseconds)
  #keysLookedAt = Number.NEGATIVE_INFINITY
  #stop: (() => void) | undefined

  constructor(parts: AlertParts) {
    this.#parts = parts
    this.board = new AlertBoard(parts)
  }

  /** Takes up the alerts that were up when the core ended, as far as their cause has outlived it. */
  start(): void {
    this.board.start()
    for (const { kind } of this.board.list()) {
      if (kind in this.#levels) this.#levels[kind as LevelKind] = { ...atRest, isRaised: true }
    }
    // A restart gives every model another chance, and nobody has been refused yet.
    for (const key of this.board.keysOf('crashLoop')) this.board.clear('crashLoop', key)
    this.board.clear('keyAbused')
    this.#compareDownloads()
    this.#stop = this.#parts.bus.listen((topic, data) => this.#hear(topic, data))
  }

  stop(): void {
    this.#stop?.()
  }

  /** With each sample: levels, and what only time changes. */
  measure(input: Omit<LevelInput, 'settings'>): void {
    const now = this.#parts.clock.now()
    const settings = this.#parts.settings()
    for (const [name, measured] of Object.entries(levels({ ...input, settings }))) {
      const kind = name as LevelKind
      if (measured === null) this.#levels[kind] = atRest
      else this.#levels[kind] = afterMeasuring(this.#levels[kind], measured.rule, measured.value, now)
      if (measured === null || !this.#levels[kind].isRaised) this.board.clear(kind)
      else this.board.raise({ kind, ...measured.shown, isCritical: measured.isCritical })
    }
    this.#countCrashes(now)
    this.#countRefused(now)
    if (now - this.#keysLookedAt >= keyLookMilliseconds) this.#lookAtKeys(now)
  }

  /** Thresholds have changed: what only an event brings up is looked at again. */
  reconsider(): void {
    const now = this.#parts.clock.now()
    this.#countCrashes(now)
    this.#countRefused(now)
    this.#lookAtKeys(now)
    this.#compareDownloads()
  }

  #hear(topic: Topic, data: TopicData<Topic>): void {
    if (topic === 'model.changed') this.#modelChanged(data as TopicData<'model.changed'>)
    else if (topic === 'download.changed') this.#downloadChanged(data as TopicData<'download.changed'>)
    else if (topic === 'download.removed') {
      this.board.clear('downloadFailed', (data as TopicData<'download.removed'>).id)
    } else if (topic === 'audit.recorded') this.#audited((data as TopicData<'audit.recorded'>).event)
  }

  #modelChanged({ model, state }: TopicData<'model.changed'>): void {
    const now = this.#parts.clock.now()
    if (state === 'loaded') this.#setAside.delete(model)
    if (state === 'quarantined') this.#setAside.add(model)
    if (state === 'crashed') {
      const crashes = this.#crashes.get(model) ?? new Window(windowMilliseconds, 1000)
      crashes.add(now)
      this.#crashes.set(model, crashes)
    }
    if (state === 'crashed' || state === 'quarantined' || state === 'loaded') this.#countCrashes(now)
  }

  #countCrashes(now: number): void {
    const limit = this.#parts.settings().crashes
    const up = this.board.keysOf('crashLoop')
    for (const model of new Set([...this.#crashes.keys(), ...this.#setAside, ...up])) {
      const count = this.#crashes.get(model)?.count(now) ?? 0
      if (count === 0) this.#crashes.delete(model)
      const isSetAside = this.#setAside.has(model)
      if (limit !== null && (isSetAside || count >= limit)) {
        this.board.raise({
          kind: 'crashLoop',
          key: model,
          subject: model,
          value: count === 0 ? null : count,
          threshold: limit,
          isCritical: isSetAside,
        })
      } else if (limit === null || count === 0) this.board.clear('crashLoop', model)
    }
  }

  #downloadChanged({ id, name, state }: Pick<Download, 'id' | 'name' | 'state'>): void {
    if (state === 'failed' && this.#parts.settings().failedDownloads) {
      this.board.raise({ kind: 'downloadFailed', key: id, subject: name })
    } else this.board.clear('downloadFailed', id)
  }

  #compareDownloads(): void {
    const downloads = this.#parts.downloads()
    for (const key of this.board.keysOf('downloadFailed')) {
      if (!downloads.some(({ id }) => id === key)) this.board.clear('downloadFailed', key)
    }
    for (const download of downloads) this.#downloadChanged(download)
  }

  #audited(event: string): void {
    const now = this.#parts.clock.now()
    if (event === 'key.refused' || event === 'key.limited') {
      this.#refused.add(now)
      this.#countRefused(now)
    } else if (event === 'key.created' || event === 'key.revoked') this.#lookAtKeys(now)
  }

  #countRefused(now: number): void {
    const limit = this.#parts.settings().refusedCalls
    const count = this.#refused.count(now)
    if (limit !== null && count >= limit) {
      this.board.raise({ kind: 'keyAbused', value: count, threshold: limit })
    } else if (limit === null || count <= limit / 2) this.board.clear('keyAbused')
  }

  #lookAtKeys(now: number): void {
    this.#keysLookedAt = now
    const limit = this.#parts.settings().keyUnusedDays
    const keys = this.#parts.keys()
    const unused = keys.filter(key => {
      const isOver = key.expiresAt !== null && key.expiresAt <= now
      return limit !== null && !isOver && daysUnused(key, now) >= limit
    })
    for (const key of this.board.keysOf('keyUnused')) {
      if (!unused.some(({ id }) => id === key)) this.board.clear('keyUnused', key)
    }
    for (const key of unused) {
      const value = daysUnused(key, now)
      this.board.raise({ kind: 'keyUnused', key: key.id, subject: key.name, value, threshold: limit })
    }
  }
}

function daysUnused({ lastUsedAt, createdAt }: KeyInfo, now: number): number {
  return (now - (lastUsedAt ?? createdAt)) / day
}
