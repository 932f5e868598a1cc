import { useSyncExternalStore } from 'react'
import { useCore, useLiveState } from '../../core.ts'
import { useData } from '../../data.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Empty, FailureNote, Page, Section } from '../../parts/page.tsx'
import { type RequestRow, speedOf } from '../../requests.ts'
import { useWords } from '../../words/words.tsx'
import { InMemory } from './in-memory.tsx'
import { SpeedStrip } from './speed-strip.tsx'

export default function Home() {
  const words = useWords()
  const { live, requests } = useCore()
  const state = useLiveState(live)
  const status = useData('getStatus', {
    topics: ['core.changed', 'model.changed', 'models.changed', 'request.started', 'request.finished'],
  })
  const rows = useSyncExternalStore(requests.watch, requests.get)
  const finished = rows.filter((row): row is RequestRow => !('gap' in row) && row.end !== null)
  const last = finished.at(-1)?.end ?? null
  const { value } = status
  const address = `${location.origin}/v1`
  return (
    <Page title={words.say('home')}>
      {status.failure && state !== 'gone' && <FailureNote failure={status.failure} retry={status.refresh} />}
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
      <Section title={words.say('now')}>
        <dl className="figures">
          <Figure name={words.say('requestsRunning')} value={words.number(value?.requests.active)} />
          <Figure
            name={words.say('lastSpeed')}
            value={words.number(speedOf(last), 1)}
            note={
              last === null
                ? words.say('noAnswersYet')
                : words.say('tokensPerSecondOf', { model: last.model })
            }
          />
          <Figure
            name={words.say('answersCount')}
            value={words.number(finished.length)}
            note={words.say('sinceStart', { time: words.time(value?.startedAt ?? null) })}
          />
          <Figure
            name={words.say('freeMemory')}
            value={words.bytes(value?.memory.freeBytes)}
            note={words.say('ofTotal', { total: words.bytes(value?.memory.totalBytes) })}
          />
          <Figure
            name={words.say('version')}
            value={value?.version ?? '–'}
            note={words.say('coreMemory', { size: words.bytes(value?.memory.coreBytes) })}
          />
        </dl>
        <SpeedStrip rows={finished} />
      </Section>
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
    </Page>
  )
}

function Figure({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  )
}
