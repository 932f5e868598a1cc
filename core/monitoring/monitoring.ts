import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Topic, TopicData } from '../contract/events.ts'
import type { KeyInfo } from '../contract/keys.ts'
import type { HistoryEvent, Insight, MonitoringSample } from '../contract/monitoring.ts'
import type { RecentRequest } from '../contract/requests.ts'
import type { Settings } from '../contract/settings.ts'
import type { HostFacts } from '../contract/tray.ts'
import type { Bus } from '../platform/bus.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import type { Residency } from '../residency/types.ts'
import { type AlertParts, Alerts } from './alerts/alerts.ts'
import { History } from './history/history.ts'
import { HistoryStore } from './history/store.ts'
import { insights } from './insights/insights.ts'
import { Counters } from './metrics/counters.ts'
import { exposition } from './metrics/exposition.ts'
import { metricsOf } from './metrics/metrics.ts'
import { Readings } from './readings.ts'
import { Sampler } from './sampler.ts'
import type { InformationParts } from './sources/information.ts'

export interface MonitoringParts {
  readonly version: string
  readonly startedAt: number
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly database: Database
  readonly settings: () => Settings['alerts']
  readonly residency: Pick<Residency, 'states' | 'memory'>
  /** Requests being worked on or waiting. */
  readonly running: () => number
  /** What the Mac's shell tells; null where there is none. */
  readonly host: () => HostFacts | null
  readonly keys: () => readonly KeyInfo[]
  readonly downloads: AlertParts['downloads']
  /** The folder whose disk is watched. */
  readonly modelsFolder: string
  readonly platform?: NodeJS.Platform
  readonly bringInformation?: InformationParts['bring']
}

/** The readers of the event stream. */
export interface Readers {
  hasReaders(topic: 'monitoring.sample'): boolean
  watchReaders(watcher: () => void): () => void
}

const recentMilliseconds = 300_000
const mostRecent = 300
/** What insights are computed from: looking at more would hold up the core for longer than a step of the engine. */
const insightRequests = 2000
const insightSpan = 14 * 24 * 3600 * 1000
/** Scrapers give up after ten seconds; most sources answer within a tenth of one. */
const scrapeMilliseconds = 2000
const insightsHold = 60_000

/** What the machine and the core are doing, what they did, and what is wrong. See README.md in this folder. */
export class Monitoring {
  readonly history: History
  readonly alerts: Alerts
  readonly readings: Readings
  readonly #parts: MonitoringParts
  readonly #sampler: Sampler
  readonly #counters = new Counters()
  #isWatched = () => false
  #recent: readonly MonitoringSample[] = []
  #insights: { readonly at: number; readonly found: Insight[] } | undefined
  #stopListening: (() => void) | undefined

  constructor(parts: MonitoringParts) {
    this.#parts = parts
    const { clock, log, database, bus } = parts
    const store = new HistoryStore(database)
    this.history = new History({ store, clock, log })
    this.alerts = new Alerts({
      ...{ bus, clock, log, store },
      settings: parts.settings,
      keys: parts.keys,
      downloads: parts.downloads,
      note: event => this.history.addEvent(event),
    })
    this.readings = new Readings(parts)
    this.#sampler = new Sampler({
      clock,
      isWatched: () => this.#isWatched(),
      isBusy: () => parts.running() > 0 || parts.residency.states().some(({ state }) => state === 'loading'),
      read: seconds => this.readings.read(seconds),
      lookDeeper: () => void this.readings.lookDeeper(),
      take: sample => this.#take(sample),
    })
  }

  start(): void {
    this.history.start()
    this.#note('core.started', null)
    this.alerts.start()
    this.readings.start()
    this.#stopListening = this.#parts.bus.listen((topic, data) => this.#hear(topic, data))
    this.#sampler.start()
  }

  /** Writes what is not written yet. */
  stop(): void {
    this.#sampler.stop()
    this.#stopListening?.()
    this.readings.stop()
    this.alerts.stop()
    this.history.stop()
  }

  /** Samples are taken once a second while these have somebody who reads them. @returns what ends that */
  watchedBy(readers: Readers): () => void {
    this.#isWatched = () => readers.hasReaders('monitoring.sample')
    return readers.watchReaders(() => this.#sampler.wake())
  }

  /** A request is over. */
  readonly requestEnded = (request: RecentRequest): void => {
    this.#counters.add(request)
    if (request.state === 'active') return
    const { id, startedAt, model, client, state, promptTokens, cachedTokens, completionTokens } = request
    const { timings, cache } = request
    const figures = { promptTokens, cachedTokens, completionTokens }
    const times = { prefill: timings?.prefill ?? null, decode: timings?.decode ?? null }
    const cause = cache?.cause ?? null
    this.history.addRequest({ id, time: startedAt, model, client, state, ...figures, ...times, cause })
  }

  /** The last five minutes, the oldest first. */
  recent(): readonly MonitoringSample[] {
    const now = this.#parts.clock.now()
    return this.#recent.filter(({ time }) => time <= now && now - time <= recentMilliseconds)
  }

  insights(): Insight[] {
    const now = this.#parts.clock.now()
    const before = this.#insights
    if (before !== undefined && Math.abs(now - before.at) < insightsHold) return before.found
    const requests = this.history.requests(now - insightSpan, insightRequests)
    const events = this.history.events(now - insightSpan, now, insightRequests)
    const found = insights(requests, events, now)
    this.#insights = { at: now, found }
    if (before !== undefined && !isDeepStrictEqual(before.found, found)) {
      this.#parts.bus.tell('insights.changed', { count: found.length })
    }
    return found
  }

  /** Prometheus' text format. Whoever scrapes looks, if seldom: the sources are asked, and waited for a little. */
  async metrics(): Promise<string> {
    await Promise.race([this.readings.lookDeeper(), sleep(scrapeMilliseconds, undefined, { ref: false })])
    const { version, startedAt, running, residency } = this.#parts
    const last = this.#recent.at(-1)
    return exposition(
      metricsOf({
        version,
        startedAt,
        running: running(),
        memory: residency.memory(),
        models: residency.states(),
        counts: this.#counters.models,
        alerts: this.alerts.board.list(),
        sample: last === undefined ? null : { ...last, ...this.readings.told() },
        memoryTotal: this.readings.memoryTotal,
        coreMemory: process.memoryUsage.rss(),
      }),
    )
  }

  #take(sample: MonitoringSample): void {
    this.#recent = [...this.#recent.slice(-(mostRecent - 1)), sample]
    this.history.addSample(sample)
    this.alerts.measure({ sample, memoryTotal: this.readings.memoryTotal, host: this.#parts.host() })
    this.#parts.bus.tell('monitoring.sample', sample)
    // Whoever looks hears of it when they change.
    if (this.#isWatched()) this.insights()
  }

  #hear(topic: Topic, data: TopicData<Topic>): void {
    if (topic === 'request.started') this.#sampler.wake()
    if (topic === 'model.changed') this.#modelChanged(data as TopicData<'model.changed'>)
  }

  #modelChanged({ model, state, roomFor }: TopicData<'model.changed'>): void {
    if (state === 'loading') this.#sampler.wake()
    if (state === 'loaded') this.#note('model.loaded', model)
    if (state === 'quarantined') this.#note('model.quarantined', model)
    if (state === 'unloading' && roomFor !== null) this.#note('model.evicted', model, roomFor)
    if (state === 'crashed') {
      this.#counters.crashed(model)
      this.#note('model.crashed', model)
    }
  }

  #note(kind: HistoryEvent['kind'], subject: string | null, by: string | null = null): void {
    this.history.addEvent({ time: this.#parts.clock.now(), kind, subject, by })
  }
}
