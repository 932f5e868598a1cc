import type { ReactNode } from 'react'
import type { HomeBlock } from '../../../core/contract/home-layout.ts'
import type { Figure, MonitoringSample } from '../../../core/contract/monitoring.ts'
import type { ValueOf } from '../../api.ts'
import { Strip } from '../../parts/strip.tsx'
import { useWords, type Words } from '../../words/words.tsx'
import { blockNames } from './block-names.ts'
import { pointsOf, promptsOf, speedNow } from './samples.ts'

type Monitoring = ValueOf<'getMonitoring'>

export interface TileProps {
  readonly name: HomeBlock
  readonly monitoring: Monitoring | undefined
  /** Of the latest answer, tokens a second; null where it is not known. */
  readonly latestSpeed: number | null
}

/** What a tile shows: how much it is now, what that means, and its last five minutes. */
interface Shown {
  readonly value: string
  readonly note?: string
  readonly strip?: {
    readonly pick: (sample: MonitoringSample) => number | null
    /** What the top of the strip stands for; the largest of the values where it is missing. */
    readonly most?: number
  }
}

/** One figure, live. Nothing where it has no source on this machine. */
export function Tile({ name, monitoring, latestSpeed }: TileProps) {
  const words = useWords()
  const show = tiles[name]
  const samples = monitoring?.recent ?? []
  const last = samples.at(-1)
  if (show === undefined || isAbsent(name, monitoring)) return null
  const { value, note, strip } = show({ words, samples, last, monitoring, latestSpeed })
  const title = words.say(blockNames[name])
  return (
    <Frame title={title} value={value} note={note}>
      {strip && (
        <Strip
          points={pointsOf(samples, strip.pick)}
          now={last?.time ?? 0}
          {...(strip.most === undefined ? {} : { most: strip.most })}
          label={words.say('fiveMinutes', { name: title })}
        />
      )}
    </Frame>
  )
}

interface Given {
  readonly words: Words
  readonly samples: readonly MonitoringSample[]
  readonly last: MonitoringSample | undefined
  readonly monitoring: Monitoring | undefined
  readonly latestSpeed: number | null
}

const tiles: Readonly<Partial<Record<HomeBlock, (given: Given) => Shown>>> = {
  speed: ({ words, samples, latestSpeed }) => ({
    value: words.say('tokensPerSecond', { speed: words.number(speedNow(samples), 1) }),
    note:
      latestSpeed === null
        ? words.say('noAnswersYet')
        : words.say('latestAnswer', { speed: words.number(latestSpeed, 1) }),
    strip: { pick: one => (one.written === null ? null : one.written / one.seconds) },
  }),
  requests: ({ words, last }) => ({
    value: words.number(last?.running),
    ...(last?.waiting == null ? {} : { note: words.say('waitingCount', { count: last.waiting }) }),
    strip: { pick: one => one.running },
  }),
  cache: ({ words, samples }) => {
    const { prompt, cached } = promptsOf(samples)
    if (prompt === 0) return { value: '–', note: words.say('noPrompts') }
    return {
      value: words.percent(cached / prompt),
      note: words.say('cacheHitsNote', { cached, prompt }),
    }
  },
  cpu: ({ words, last }) => ({
    value: share(last?.cpu, words),
    strip: { pick: one => one.cpu, most: 1 },
  }),
  memory: ({ words, last, monitoring }) => ({
    value: words.bytes(last?.memoryUsed),
    note: [
      words.say('ofTotal', { total: words.bytes(monitoring?.memoryTotal) }),
      words.say('modelsTake', { size: words.bytes(last?.modelsMemory) }),
    ].join(', '),
    strip: { pick: one => one.memoryUsed, ...(monitoring && { most: monitoring.memoryTotal }) },
  }),
  gpu: ({ words, last }) => ({
    value: share(last?.gpu, words),
    ...(last?.gpuMemory == null ? {} : { note: words.bytes(last.gpuMemory) }),
    strip: { pick: one => one.gpu, most: 1 },
  }),
  temperature: ({ words, last }) => ({
    value: words.degrees(last?.temperature),
    strip: { pick: one => one.temperature, most: 110 },
  }),
  thermal: ({ words, last }) => ({
    value: thermalText(last?.thermal ?? null, words),
    strip: { pick: one => one.thermal, most: 3 },
  }),
  power: ({ words, last }) => ({ value: words.watts(last?.watts), strip: { pick: one => one.watts } }),
  battery: ({ words, last }) => ({
    value: share(last?.charge, words),
    strip: { pick: one => one.charge, most: 1 },
  }),
  disk: ({ words, last, monitoring }) => ({
    value: words.bytes(last?.diskFree),
    note: words.say('ofTotal', { total: words.bytes(monitoring?.diskTotal) }),
  }),
}

const figures: Readonly<Partial<Record<HomeBlock, Figure>>> = {
  cpu: 'cpu',
  memory: 'memoryUsed',
  gpu: 'gpu',
  temperature: 'temperature',
  thermal: 'thermal',
  power: 'watts',
  battery: 'charge',
  disk: 'diskFree',
}

function isAbsent(name: HomeBlock, monitoring: Monitoring | undefined): boolean {
  return monitoring?.absent.some(({ figure }) => figure === figures[name]) === true
}

function share(value: number | null | undefined, words: Words): string {
  return value === null || value === undefined ? '–' : words.percent(value)
}

const thermalKeys = ['thermal-0', 'thermal-1', 'thermal-2', 'thermal-3'] as const

function thermalText(state: number | null, words: Words): string {
  const key = state === null ? undefined : thermalKeys[state]
  return key === undefined ? '–' : words.say(key)
}

/** What has no source, of what is to be shown, is said once, instead of standing there as a nought. */
export function Absent({
  monitoring,
  names,
}: {
  monitoring: Monitoring | undefined
  names: readonly HomeBlock[]
}) {
  const words = useWords()
  const absent = names.flatMap(name => {
    const found = monitoring?.absent.find(({ figure }) => figure === figures[name])
    return found === undefined ? [] : [{ title: words.say(blockNames[name]), why: found.why }]
  })
  const text = (why: 'machine' | 'menuBar') =>
    words.list(absent.filter(one => one.why === why).map(({ title }) => title))
  const [machine, menuBar] = [text('machine'), text('menuBar')]
  return (
    <>
      {machine && <p className="muted absent">{words.say('absentMachine', { names: machine })}</p>}
      {menuBar && <p className="muted absent">{words.say('absentMenuBar', { names: menuBar })}</p>}
    </>
  )
}

function Frame({
  title,
  value,
  note,
  children,
}: {
  title: string
  value: string
  note: string | undefined
  children: ReactNode
}) {
  return (
    <section className="tile" aria-label={title}>
      <h2>{title}</h2>
      <p className="value">{value}</p>
      {note && <p className="muted">{note}</p>}
      {children}
    </section>
  )
}
