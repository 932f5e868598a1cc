import type { Figure, MonitoringSample } from '../../../core/contract/monitoring.ts'
import type { ValueOf } from '../../api.ts'
import { Strip } from '../../parts/strip.tsx'
import type { Key } from '../../words/languages.ts'
import { useWords, type Words } from '../../words/words.tsx'
import { pointsOf, promptsOf, speedNow } from './samples.ts'

type Monitoring = ValueOf<'getMonitoring'>
type Pick = (sample: MonitoringSample) => number | null

interface TilesProps {
  readonly monitoring: Monitoring | undefined
  /** Of the latest answer. */
  readonly latest: { readonly speed: number | null; readonly model: string } | null
}

/** What the machine and the core are doing, each with its last five minutes. */
export function Tiles({ monitoring, latest }: TilesProps) {
  const words = useWords()
  const samples = monitoring?.recent ?? []
  const last = samples.at(-1)
  const isAbsent = (figure: Figure) => monitoring?.absent.some(one => one.figure === figure) === true
  const strip = (name: Key, pick: Pick, most?: number) => (
    <Strip
      points={pointsOf(samples, pick)}
      now={last?.time ?? 0}
      {...(most === undefined ? {} : { most })}
      label={words.say('fiveMinutes', { name: words.say(name) })}
    />
  )
  const share = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : words.percent(value)
  const { prompt, cached } = promptsOf(samples)
  const latestNote =
    latest?.speed === undefined || latest.speed === null
      ? words.say('noAnswersYet')
      : words.say('latestAnswer', { speed: words.number(latest.speed, 1) })
  return (
    <>
      <dl className="figures tiles">
        <Tile
          name={words.say('speedNow')}
          value={words.say('tokensPerSecond', { speed: words.number(speedNow(samples), 1) })}
          note={latestNote}
        >
          {strip('speedNow', one => (one.written === null ? null : one.written / one.seconds))}
        </Tile>
        <Tile
          name={words.say('requestsRunning')}
          value={words.number(last?.running)}
          note={words.say('waitingCount', { count: last?.waiting ?? 0 })}
        >
          {strip('requestsRunning', one => (one.running ?? 0) + (one.waiting ?? 0))}
        </Tile>
        <Tile
          name={words.say('cacheHits')}
          value={prompt === 0 ? '–' : words.percent(cached / prompt)}
          note={prompt === 0 ? words.say('noPrompts') : words.say('cacheHitsNote', { cached, prompt })}
        />
        <Tile name={words.say('cpu')} value={share(last?.cpu)}>
          {strip('cpu', one => one.cpu, 1)}
        </Tile>
        {!isAbsent('memoryUsed') && (
          <Tile
            name={words.say('memory')}
            value={words.bytes(last?.memoryUsed)}
            note={`${words.say('ofTotal', { total: words.bytes(monitoring?.memoryTotal) })}, ${words.say('modelsTake', { size: words.bytes(last?.modelsMemory) })}`}
          >
            {strip('memory', one => one.memoryUsed, monitoring?.memoryTotal)}
          </Tile>
        )}
        {!isAbsent('gpu') && (
          <Tile
            name={words.say('gpu')}
            value={share(last?.gpu)}
            {...(last?.gpuMemory ? { note: words.bytes(last.gpuMemory) } : {})}
          >
            {strip('gpu', one => one.gpu, 1)}
          </Tile>
        )}
        {!isAbsent('temperature') && (
          <Tile name={words.say('temperature-of')} value={words.degrees(last?.temperature)}>
            {strip('temperature-of', one => one.temperature, 110)}
          </Tile>
        )}
        {!isAbsent('thermal') && last !== undefined && last.thermal !== null && (
          <Tile name={words.say('thermal')} value={thermalText(last.thermal, words)}>
            {strip('thermal', one => one.thermal, 3)}
          </Tile>
        )}
        {!isAbsent('watts') && last !== undefined && last.watts !== null && (
          <Tile name={words.say('power-of')} value={words.watts(last.watts)}>
            {strip('power-of', one => one.watts)}
          </Tile>
        )}
        {!isAbsent('charge') && last !== undefined && last.charge !== null && (
          <Tile name={words.say('charge')} value={share(last.charge)}>
            {strip('charge', one => one.charge, 1)}
          </Tile>
        )}
        <Tile
          name={words.say('diskFree')}
          value={words.bytes(last?.diskFree)}
          note={words.say('ofTotal', { total: words.bytes(monitoring?.diskTotal) })}
        />
      </dl>
      {monitoring && <Absent absent={monitoring.absent} />}
    </>
  )
}

const thermalKeys = ['thermal-0', 'thermal-1', 'thermal-2', 'thermal-3'] as const

function thermalText(state: number, words: Words): string {
  const key = thermalKeys[state]
  return key === undefined ? '–' : words.say(key)
}

const figureKeys: Readonly<Partial<Record<Figure, Key>>> = {
  cpu: 'cpu',
  memoryUsed: 'memory',
  gpu: 'gpu',
  temperature: 'temperature-of',
  thermal: 'thermal',
  watts: 'power-of',
  charge: 'charge',
  diskFree: 'diskFree',
}

/** What has no source is said once, instead of standing there as a nought. */
function Absent({ absent }: { absent: Monitoring['absent'] }) {
  const words = useWords()
  const names = (why: 'machine' | 'menuBar') =>
    words.list(
      absent.flatMap(one => {
        const key = figureKeys[one.figure]
        return one.why === why && key !== undefined ? [words.say(key)] : []
      }),
    )
  const machine = names('machine')
  const menuBar = names('menuBar')
  return (
    <>
      {machine && <p className="muted absent">{words.say('absentMachine', { names: machine })}</p>}
      {menuBar && <p className="muted absent">{words.say('absentMenuBar', { names: menuBar })}</p>}
    </>
  )
}

function Tile({
  name,
  value,
  note,
  children,
}: {
  name: string
  value: string
  note?: string
  children?: React.ReactNode
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
        {children}
      </dd>
    </div>
  )
}
