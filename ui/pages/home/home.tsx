import { useSyncExternalStore } from 'react'
import { useCore, useLiveState } from '../../core.ts'
import { useData } from '../../data.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Empty, FailureNote, Page, Section } from '../../parts/page.tsx'
import { type RequestRow, speedOf } from '../../requests.ts'
import { useWords } from '../../words/words.tsx'
import { Alerts } from './alerts.tsx'
import { InMemory } from './in-memory.tsx'
import { Insights } from './insights.tsx'
import { useMonitoring } from './samples.ts'
import { Tiles } from './tiles.tsx'
import './home.css'

export default function Home() {
  const words = useWords()
  const { live, requests } = useCore()
  const state = useLiveState(live)
  const status = useData('getStatus', { topics: ['core.changed', 'model.changed', 'models.changed'] })
  const rows = useSyncExternalStore(requests.watch, requests.get)
  const { value } = status
  const address = `${location.origin}/v1`
  return (
    <Page title={words.say('home')}>
      {status.failure && state !== 'gone' && <FailureNote failure={status.failure} retry={status.refresh} />}
      <Alerts />
      <Section title={words.say('endpoint')} note={words.say('endpointNote')}>
        <div className="copyable">
          <pre>
            <code>{address}</code>
          </pre>
          <CopyButton text={address} label={words.say('endpoint')} />
        </div>
        {value?.engine.available === false && (
          <div className="failure" role="alert">
            <p>{value.engine.reason}</p>
          </div>
        )}
      </Section>
      <Now />
      <Insights />
      <InMemory />
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

/** Drawn anew once a second, and nothing besides it. */
function Now() {
  const words = useWords()
  const { requests } = useCore()
  const monitoring = useMonitoring()
  const rows = useSyncExternalStore(requests.watch, requests.get)
  const last = rows.findLast((row): row is RequestRow => !('gap' in row) && row.end !== null)?.end ?? null
  return (
    <Section title={words.say('now')}>
      {monitoring.failure && <FailureNote failure={monitoring.failure} retry={monitoring.refresh} />}
      <Tiles monitoring={monitoring.value} latest={last && { speed: speedOf(last), model: last.model }} />
    </Section>
  )
}
