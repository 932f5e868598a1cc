import { useState, useSyncExternalStore } from 'react'
import type { HomeBlock, HomeLayoutBlock } from '../../../core/contract/home-layout.ts'
import { useCore, useLiveState } from '../../core.ts'
import { useData } from '../../data.ts'
import { Empty, FailureNote, Loading, Page, Section } from '../../parts/page.tsx'
import { type RequestRow, speedOf } from '../../requests.ts'
import { useWords } from '../../words/words.tsx'
import { Alerts } from './alerts.tsx'
import { Arrange } from './arrange.tsx'
import { Endpoint } from './endpoint.tsx'
import { InMemory } from './in-memory.tsx'
import { Insights } from './insights.tsx'
import { useMonitoring } from './samples.ts'
import { Absent, Tile } from './tiles.tsx'
import { useLayout } from './use-layout.ts'
import './home.css'

export default function Home() {
  const words = useWords()
  const { live, requests } = useCore()
  const state = useLiveState(live)
  const status = useData('getStatus', { topics: ['core.changed', 'model.changed', 'models.changed'] })
  const rows = useSyncExternalStore(requests.watch, requests.get)
  const layout = useLayout()
  const [isArranging, setArranging] = useState(false)
  const { value } = status
  return (
    <Page
      title={words.say('home')}
      actions={
        <button
          type="button"
          className="plain"
          aria-pressed={isArranging}
          onClick={() => setArranging(now => !now)}
        >
          {words.say(isArranging ? 'arrangeDone' : 'arrange')}
        </button>
      }
    >
      {status.failure && state !== 'gone' && <FailureNote failure={status.failure} retry={status.refresh} />}
      {layout.failure && state !== 'gone' && <FailureNote failure={layout.failure} />}
      <Alerts />
      {isArranging && layout.value && (
        <Arrange blocks={layout.value.blocks} set={layout.set} reset={layout.reset} />
      )}
      {layout.value === undefined && !layout.failure && <Loading />}
      {layout.value && <Blocks blocks={layout.value.blocks.filter(({ shown }) => shown)} />}
      {rows.length === 0 && value !== undefined && (
        <Section title={words.say('firstSteps')}>
          <Empty>
            <a href="#chat">{words.say('stepChat')}</a>
            <br />
            <a href="#models">{words.say('stepModel')}</a>
            <br />
            <a href="#connect">{words.say('stepConnect')}</a>
          </Empty>
        </Section>
      )}
      {value && (
        <p className="muted">
          {words.say('runsSince', {
            version: value.version,
            time: words.time(value.startedAt),
            size: words.bytes(value.memory.coreBytes),
          })}
        </p>
      )}
    </Page>
  )
}

const notTiles: Readonly<Partial<Record<HomeBlock, () => React.ReactNode>>> = {
  endpoint: () => <Endpoint />,
  insights: () => <Insights />,
  models: () => <InMemory />,
}

/** What was chosen, in its order. Drawn anew once a second, and what is no figure keeps its own state. */
function Blocks({ blocks }: { blocks: readonly HomeLayoutBlock[] }) {
  const words = useWords()
  const { live, requests } = useCore()
  const isAway = useLiveState(live) === 'gone'
  const monitoring = useMonitoring()
  const rows = useSyncExternalStore(requests.watch, requests.get)
  const last = rows.findLast((row): row is RequestRow => !('gap' in row) && row.end !== null)?.end ?? null
  return (
    <>
      {monitoring.failure && !isAway && (
        <FailureNote failure={monitoring.failure} retry={monitoring.refresh} />
      )}
      {isAway && (
        <p className="muted">
          {words.say('asOf', { time: words.time(monitoring.value?.recent.at(-1)?.time ?? null) })}
        </p>
      )}
      <div className="blocks">
        {blocks.map(({ name, size }) => (
          <div key={name} className="block" data-size={size}>
            {notTiles[name]?.() ?? (
              <Tile name={name} monitoring={monitoring.value} latestSpeed={speedOf(last)} />
            )}
          </div>
        ))}
      </div>
      <Absent monitoring={monitoring.value} names={blocks.map(({ name }) => name)} />
    </>
  )
}
